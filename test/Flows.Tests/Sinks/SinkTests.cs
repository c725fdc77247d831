using CsCheck;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class SinkTests
{
    [Theory]
    [InlineData("plain name-1.example", "plain name-1.example")]
    [InlineData("a\u001b[31mred\u0007", "a\\x1b[31mred\\x07")]
    [InlineData("c1\u009b\u0085", "c1\\x9b\\x85")]
    [InlineData("evil\u202egpj.exe", "evil\\u{202e}gpj.exe")]
    [InlineData("zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}")]
    [InlineData("line\r\nbreak\u2028", "line\\x0d\\x0abreak\\u{2028}")]
    [InlineData("back\\slash", "back\\\\slash")]
    [InlineData("équipe", "équipe")]
    public void What_could_steer_a_terminal_is_shown_as_code(string text, string shown) => Assert.Equal(shown, TerminalText.Escape(text));

    // Not a case above: attributes cannot carry half a pair.
    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_no_character() => Assert.Equal("half\ufffd", TerminalText.Escape("half\ud800"));

    [Fact]
    public void Names_are_shown_in_ascii_only() => Assert.Equal("p\\u{430}yp\\xe4l.example", TerminalText.EscapeName("p\u0430yp\u00e4l.example"));

    [Fact]
    public void No_text_leaves_a_control_character_in_any_sink() => Gen.String[Gen.Char, 0, 40].Sample(text =>
    {
        Assert.DoesNotContain(TerminalText.Escape(text), char.IsControl);
        Assert.DoesNotContain(TerminalText.EscapeName(text), c => c is < ' ' or > '~');
        Assert.DoesNotContain(Csv.Field(text), char.IsControl);
    });

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"no\"", "\"say \"\"no\"\"\"")]
    [InlineData("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@sum", "'@sum")]
    [InlineData("\t=1", "\\x09=1")]
    [InlineData(null, "")]
    public void Fields_of_csv_are_quoted_and_formulas_disarmed(string? value, string field) => Assert.Equal(field, Csv.Field(value));

    [Fact]
    public void A_line_of_csv_has_as_many_fields_as_the_header()
    {
        using var temp = new TempJournal();
        using (Journal journal = temp.Open()) journal.AppendDurably(TempJournal.Draft(443, Verdict.Permit));
        string line = Csv.Line(Assert.Single(FlowFold.Fold(temp.Read())));
        Assert.Equal(Csv.Header.Split(',').Length, line.Split(',').Length);
        Assert.StartsWith("2026-03-01T12:00:00.123456Z,", line);
        Assert.Contains(",coding-1,coding,192.0.2.2,0,203.0.113.5,tcp,443,", line);
    }
}
