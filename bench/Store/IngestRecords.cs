using System.Diagnostics;
using System.Globalization;
using System.Text;
using Exeat.Store;

namespace Exeat.Bench.Store;

/// <summary>How many records does one core take: read, checked for duplicates, written and synced, folded, summed, shown and turned into Parquet? Batches as a gateway ships them, two and a half events a flow.</summary>
internal static class IngestRecords
{
    private const int FlowsPerBatch = 800;

    public static async Task RunAsync(string dir, long records)
    {
        var options = new StoreOptions { Dir = dir, IsDriven = false, Threads = 1, RetentionDays = 0 };
        await using FlowStore store = FlowStore.Open(options, TimeProvider.System);
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        // Made in the same memory each time: what is measured must not clear away what the bench leaves about.
        var text = new StringBuilder(4 << 20);
        byte[] lines = new byte[4 << 20];
        // What runs for the first time is compiled first; a store runs for months.
        long warm = 0;
        for (int i = 0; i < 150; i++)
        {
            store.Append("gw-1", Batch(text, lines, start.AddDays(-1).AddMilliseconds(i * 50), ref warm, "gw-warm").Span, start);
            if (i % 30 == 29) store.Convert();
        }
        long taken = 0, bytes = 0, sequence = 0, parts = 0;
        TimeSpan[] busy = new TimeSpan[3], worked = new TimeSpan[3];
        TimeSpan reading = default;
        var reader = new Exeat.Flows.EventReader();
        while (taken < records)
        {
            ReadOnlyMemory<byte> batch = Batch(text, lines, start.AddMilliseconds(parts++ * 50), ref sequence);
            bytes += batch.Length;
            if (parts <= 50) reading += Timed(() => new IncomingBatch("gw-1", start).Read(batch, reader));
            Stage(0, () => taken += store.Append("gw-1", batch.Span, start).Accepted);
            if (parts % 20 == 0) Stage(1, store.Show);
            if (store.Status.Waiting >= options.ConvertEvents) Stage(2, () => store.Convert());
        }
        Stage(2, () => store.Convert());
        TimeSpan compacting = Timed(() =>
        {
            while (store.Compact())
            {
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reading alone {reading.TotalMicroseconds / (Math.Min(parts, 50) * 2.5 * FlowsPerBatch):f2} us a record"));
        double processor = worked.Sum(part => part.TotalSeconds), wall = busy.Sum(part => part.TotalSeconds);
        StoreStatus status = store.Status;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{taken} records, {bytes / taken} bytes each; {taken / wall:f0} records/s by the clock, {taken / processor:f0} records/s of processor time"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"append {busy[0].TotalSeconds:f1} s, show {busy[1].TotalSeconds:f1} s, convert {busy[2].TotalSeconds:f1} s; then compact {compacting.TotalSeconds:f1} s; {status.Flows} flows, {(double)status.Bytes / status.Events:f0} bytes a record on disk"));
        string stages = string.Join(", ", new[] { "append", "show", "convert" }.Zip(worked, (stage, part) => string.Create(CultureInfo.InvariantCulture, $"{stage} {part.TotalMicroseconds / taken:f2}")));
        Console.WriteLine($"processor time, us a record: {stages}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"collections of memory: {string.Join(" / ", Enumerable.Range(0, 3).Select(GC.CollectionCount))}, pauses {GC.GetTotalPauseDuration().TotalSeconds:f1} s"));
        foreach (IGrouping<string, FileInfo> kind in new DirectoryInfo(dir).GetFiles("*.parquet", SearchOption.AllDirectories).GroupBy(file => file.Directory!.Parent!.Name))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {kind.Key}: {kind.Count()} files, {kind.Sum(file => file.Length) / (double)status.Events:f1} bytes a record"));

        void Stage(int stage, Action work)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            busy[stage] += Timed(work);
            worked[stage] += Environment.CpuUsage.TotalTime - before;
        }
    }

    private static TimeSpan Timed(Action work)
    {
        long began = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(began);
    }

    private static ReadOnlyMemory<byte> Batch(StringBuilder text, byte[] lines, DateTimeOffset time, ref long sequence, string origin = "gw-1")
    {
        text.Clear();
        for (int i = 0; i < FlowsPerBatch; i++)
        {
            int agent = Random.Shared.Next(200), site = (int)(Math.Pow(Random.Shared.NextDouble(), 3) * 500);
            DateTimeOffset at = time.AddMicroseconds(i * 60);
            string flow = Guid.CreateVersion7(at).ToString();
            string common = string.Create(CultureInfo.InvariantCulture,
                $",\"gateway\":\"gw-1\",\"agent\":\"agent-{agent}\",\"class\":\"coding\",\"labels\":{{\"team\":\"t{agent % 7}\"}},\"src\":\"192.0.2.{agent}\",\"srcPort\":{40000 + i},\"dst\":\"203.0.113.{site % 250}\",\"protocol\":\"tcp\",\"port\":443");
            string policy = ",\"policy\":\"9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b\",\"agentsHash\":\"51aa6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b\",\"generation\":3";
            string names = string.Create(CultureInfo.InvariantCulture, $",\"names\":[{{\"name\":\"www{site}.example.org\",\"source\":\"sni\"}},{{\"name\":\"www{site}.example.org\",\"source\":\"binding\"}}]");
            if (i % 2 == 0) Line(text, origin, ref sequence, flow, "decision", at, common + ",\"proof\":\"address\",\"stage\":\"first-packet\",\"rule\":\"default-deny\",\"reason\":\"awaits-hello\",\"verdict\":\"pending\",\"mode\":\"enforce\",\"enforced\":true" + policy);
            bool permits = site < 450;
            Line(text, origin, ref sequence, flow, "decision", at.AddMilliseconds(3), common + names + ",\"proof\":\"dns+sni\",\"stage\":\"hello\"" + (permits
                ? ",\"rule\":\"allow-core\",\"reason\":\"permitted-by-rule\",\"verdict\":\"permit\",\"mode\":\"enforce\",\"enforced\":true"
                : ",\"rule\":\"default-deny\",\"reason\":\"default-deny\",\"verdict\":\"deny\",\"mode\":\"enforce\",\"enforced\":true,\"denial\":\"4d2pf2db\"") + policy);
            Line(text, origin, ref sequence, flow, "end", at.AddSeconds(2), common + string.Create(CultureInfo.InvariantCulture, $",\"bytesOut\":{1000 + i},\"bytesIn\":{site * 1000},\"packetsOut\":20,\"packetsIn\":40,\"durationMs\":1997,\"end\":\"closed\""));
        }
        int length = 0;
        foreach (ReadOnlyMemory<char> chunk in text.GetChunks()) length += Encoding.UTF8.GetBytes(chunk.Span, lines.AsSpan(length));
        return lines.AsMemory(0, length);
    }

    private static void Line(StringBuilder text, string origin, ref long sequence, string flow, string kind, DateTimeOffset time, string rest) =>
        text.Append(CultureInfo.InvariantCulture, $"{{\"v\":1,\"id\":\"{origin}/1/{++sequence}\",\"flow\":\"{flow}\",\"event\":\"{kind}\",\"time\":\"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}\"{rest}}}\n");
}
