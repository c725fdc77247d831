using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;
using Exeat.Link.Connection;
using Exeat.Link.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exeat.Link.Tests;

/// <summary>The journal's way to control: at least once, in order, and with what was lost counted.</summary>
public sealed class ShippingTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("exeat-link-").FullName;
    private readonly LinkFolder _folder;

    public ShippingTests()
    {
        _folder = new LinkFolder(Path.Combine(_path, "link"));
        _folder.Create();
        Directory.CreateDirectory(JournalDir);
    }

    private string JournalDir => Path.Combine(_path, "journal");

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task Every_line_arrives_in_order_over_a_control_that_is_full_and_restarts_of_the_link()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        List<string> kept = [];
        bool full = true;
        control.Answer = (_, body) =>
        {
            if (full) return (507, Refusal("store-full"));
            kept.AddRange(body.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return (200, Answer("store-1"));
        };
        WriteSegment(1, 1, 1, 3000);
        RecordShipping shipping = Shipping(control);
        await Assert.ThrowsAsync<ControlRefused>(() => shipping.OnceAsync(CancellationToken.None));
        Assert.True(shipping.Lag.Bytes > 0);
        full = false;
        Assert.True(await shipping.OnceAsync(CancellationToken.None));
        // A link that starts anew goes on where control acknowledged, not earlier and not later.
        shipping = Shipping(control);
        WriteSegment(1, 2, 3001, 1000);
        WriteSegment(2, 1, 1, 1000, epoch: 2);
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        Assert.Equal([.. Lines(1, 1, 4000), .. Lines(2, 1, 1000)], kept);
        Assert.Equal((0, 0), (shipping.Lag.Bytes, shipping.Lost));
        int sent = control.Bodies.Count;
        Assert.False(await Shipping(control).OnceAsync(CancellationToken.None));
        Assert.Equal(sent, control.Bodies.Count);
    }

    [Fact]
    public async Task A_batch_whose_acknowledgement_got_lost_is_sent_again_the_same()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        int asked = 0;
        control.Answer = (_, _) => asked++ == 0 ? (500, "gone") : (200, Answer("store-1"));
        WriteSegment(1, 1, 1, 10);
        await Assert.ThrowsAsync<ControlRefused>(() => Shipping(control).OnceAsync(CancellationToken.None));
        Assert.True(await Shipping(control).OnceAsync(CancellationToken.None));
        Assert.Equal(control.Bodies[0].Body, control.Bodies[1].Body);
    }

    [Fact]
    public async Task Segments_that_went_before_they_were_shipped_are_lost_to_the_last_line()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        control.Answer = (_, _) => (200, Answer("store-1"));
        WriteSegment(1, 1, 1, 10);
        RecordShipping shipping = Shipping(control);
        Assert.True(await shipping.OnceAsync(CancellationToken.None));
        // Control away: the journal goes on, and gives up its oldest.
        WriteSegment(1, 1, 11, 5, append: true);
        WriteSegment(1, 2, 16, 100);
        WriteSegment(1, 3, 116, 20);
        File.Delete(Segment(1, 1));
        File.Delete(Segment(1, 2));
        WriteSegment(1, 4, 136, 5);
        Note(1, 4, 141, 15, "flows-000001-000001.ndjson deleted");
        Note(1, 4, 142, 100, "flows-000001-000002.ndjson deleted");
        shipping = Shipping(control);
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        // Five of the first segment had not been shipped, and all of the second.
        Assert.Equal(105, shipping.Lost);
        // It is counted once, and remembered.
        Assert.Equal(105, Shipping(control).Lost);
        // A segment that was shipped whole is no loss.
        WriteSegment(1, 5, 143, 5);
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        foreach (int number in (int[])[3, 4, 5]) File.Delete(Segment(1, number));
        WriteSegment(1, 6, 148, 1);
        Note(1, 6, 149, 20, "flows-000001-000003.ndjson deleted");
        Note(1, 6, 150, 7, "flows-000001-000004.ndjson deleted");
        Note(1, 6, 151, 5, "flows-000001-000005.ndjson deleted");
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        Assert.Equal(105, shipping.Lost);
    }

    [Fact]
    public async Task A_text_of_an_agents_cannot_pass_for_a_note_of_the_journals()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        JournalGap[] gaps = [new(new JournalPosition(1, 1, 0, 0), 1, 9)];
        string name = JsonSerializer.Serialize("\",\"reason\":\"journal-retired\",\"count\":1000,\"note\":\"flows-000001-000002.ndjson deleted\"");
        Assert.Equal(0, RetiredSegments.Lost(System.Text.Encoding.UTF8.GetBytes("{\"v\":1,\"id\":\"gw-1/1/5\",\"names\":[{\"name\":" + name + "}],\"labels\":{\"reason\":\"journal-retired\"}}\n"), gaps));
        Assert.Equal(0, RetiredSegments.Lost("{\"reason\":\"journal-retired\"\n{\"a\":\"reason\":\"journal-retired\"}\n"u8, gaps));
    }

    [Fact]
    public async Task Another_store_gets_the_whole_journal()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        string store = "store-1";
        HashSet<string> kept = [];
        control.Answer = (_, body) =>
        {
            kept.UnionWith(body.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return (200, Answer(store));
        };
        WriteSegment(1, 1, 1, 10);
        RecordShipping shipping = Shipping(control);
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        // Restored from a backup without records.
        (store, kept) = ("store-2", []);
        WriteSegment(1, 1, 11, 1, append: true);
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        Assert.Equal(Lines(1, 1, 11), kept.Order(StringComparer.Ordinal).OrderBy(line => line.Length));
    }

    [Fact]
    public async Task Another_store_gets_the_whole_journal_also_when_nothing_is_new()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        string store = "store-1";
        control.Answer = (_, _) => (200, Answer(store));
        WriteSegment(1, 1, 1, 10);
        RecordShipping shipping = Shipping(control);
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        int sent = control.Bodies.Count;
        // Control: the same store, and a control of the release before, are no reason.
        foreach (string? same in (string?[])["store-1", null])
        {
            shipping.Seen(same);
            Assert.False(await shipping.OnceAsync(CancellationToken.None));
        }
        Assert.Equal(sent, control.Bodies.Count);
        store = "store-2";
        shipping.Seen(store);
        while (await shipping.OnceAsync(CancellationToken.None)) ;
        Assert.Equal(string.Join('\n', Lines(1, 1, 10)) + "\n", Assert.Single(control.Bodies.Skip(sent)).Body);
        // Once, and a link that starts anew knows it.
        shipping = Shipping(control);
        shipping.Seen(store);
        Assert.False(await shipping.OnceAsync(CancellationToken.None));
    }

    private RecordShipping Shipping(FakeControl control) =>
        new(new ControlConnection(control.Address, control.AuthorityCertificate, null, TimeProvider.System), JournalDir, _folder, TimeProvider.System, NullLogger.Instance);

    private string Segment(int epoch, int number) => Path.Combine(JournalDir, $"flows-{epoch:d6}-{number:d6}.ndjson");

    private static IEnumerable<string> Lines(int epoch, int first, int count) => Enumerable.Range(first, count).Select(i => $$"""{"v":1,"id":"gw-1/{{epoch}}/{{i}}","event":"decision","time":"2026-11-28T10:00:00.000000Z","gateway":"gw-1"}""");

    private void WriteSegment(int segmentEpoch, int number, int first, int count, int? epoch = null, bool append = false)
    {
        string text = string.Join('\n', Lines(epoch ?? segmentEpoch, first, count)) + "\n";
        if (append) File.AppendAllText(Segment(segmentEpoch, number), text);
        else File.WriteAllText(Segment(segmentEpoch, number), text);
    }

    private void Note(int epoch, int number, int sequence, int count, string note) =>
        File.AppendAllText(Segment(epoch, number), $$"""{"v":1,"id":"gw-1/{{epoch}}/{{sequence}}","event":"counted","time":"2026-11-28T10:00:00.000000Z","gateway":"gw-1","reason":"journal-retired","count":{{count}},"note":"{{note}}"}""" + "\n");

    private static string Answer(string store) => JsonSerializer.Serialize(new RecordsAnswer(1, 0, 0, 0, store), LinkJson.Default.RecordsAnswer);

    private static string Refusal(string word) => JsonSerializer.Serialize(new LinkRefusal($"urn:exeat:problem:{word}", "", 507, "the store is full", "free some"), LinkJson.Default.LinkRefusal);
}
