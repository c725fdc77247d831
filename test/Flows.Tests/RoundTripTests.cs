using System.Text;
using System.Text.Json;
using CsCheck;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class RoundTripTests
{
    private const string Steering = "\"\\\n\r\0\u001b\u009b\u202e\u2028\ud800\udc00{éa";

    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.String[Gen.Char, 0, 20],
        Gen.String[Gen.Int[0, Steering.Length - 1].Select(i => Steering[i]), 0, 12]);

    [Fact]
    public void Hostile_text_and_names_come_back_as_they_were()
    {
        var gen = Gen.Select(Hostile, Hostile, Gen.Byte.Array[0, 60], Gen.ULong, Gen.ULong);
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        var reader = new JournalReader(temp.Options.Dir);
        gen.Sample((agent, rule, claimed, high, low) =>
        {
            var address = Address.V6(new UInt128(high, low));
            bool taken = journal.AppendDurably(new FlowDraft
            {
                Flow = TempJournal.SomeFlow,
                Kind = FlowEventKind.Decision,
                AgentId = agent,
                Labels = FlowLabels.From([new(agent, rule)]),
                RuleName = rule,
                Source = address,
                ClaimedName = claimed,
                ClaimSource = NameSource.Sni,
            });
            FlowEvent read = Assert.Single(reader.Read());
            Assert.True(taken);
            Assert.Equal(Whole(agent), read.Agent ?? "");
            Assert.Equal(Whole(rule), read.Rule ?? "");
            Assert.Equal([new(Whole(agent), Whole(rule))], read.Labels);
            Assert.Equal(claimed, Encoding.Latin1.GetBytes(read.Names.Count > 0 ? read.Names[0].Name : ""));
            Assert.True(Address.TryParse(read.Source, out Address back));
            Assert.Equal(address, back);
            Assert.DoesNotContain(Encoding.UTF8.GetString(read.Raw.Span).EnumerateRunes(), rune => rune.Value != ' ' && !LineBuffer.IsPrintable(rune));
        }, threads: 1, iter: 2000);
    }

    // Half a surrogate pair is not text; it is kept as U+FFFD.
    private static string Whole(string text) => string.Concat(text.EnumerateRunes());

    [Fact]
    public void Addresses_are_written_as_the_framework_writes_them()
    {
        UInt128[] samples = [0, 1, UInt128.MaxValue, (UInt128)0x20010db8 << 96, ((UInt128)0x20010db8 << 96) | 0xffff, ((UInt128)1 << 112) | 1, ((UInt128)0xffff << 32) | 0xc0000201];
        Span<byte> text = stackalloc byte[AddressText.MaxBytes];
        foreach (UInt128 sample in samples)
        {
            int length = AddressText.Write(Address.V6(sample), text);
            Assert.Equal(Address.V6(sample).ToString(), Encoding.ASCII.GetString(text[..length]));
        }
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        Gen.OneOf(Gen.Byte.Array[0, 80], Gen.Char[' ', '~'].Array[0, 80].Select(chars => Encoding.ASCII.GetBytes(chars)))
            .Sample(bytes => Assert.True(new EventReader().TryRead(bytes, out _) is LineRead.Corrupt or LineRead.Newer), threads: 1, iter: 5000);
    }

    [Fact]
    public void Every_field_may_have_any_type()
    {
        using var temp = new TempJournal();
        using (Journal journal = temp.Open()) journal.AppendDurably(TempJournal.Draft());
        string line = temp.Lines[0];
        string[] values = ["null", "true", "-1", "1e400", "\"x\"", "[1,{}]", "{\"name\":3}", "\"\\ud800\""];
        using JsonDocument document = JsonDocument.Parse(line);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            foreach (string value in values)
            {
                if (value == property.Value.GetRawText()) continue;
                string changed = line.Replace($"\"{property.Name}\":{property.Value.GetRawText()}", $"\"{property.Name}\":{value}");
                Assert.NotEqual(line, changed);
                LineRead result = new EventReader().TryRead(Encoding.UTF8.GetBytes(changed), out FlowEvent? read);
                Assert.Equal(result == LineRead.Found, read is not null);
            }
        }
    }
}
