using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Exeat.Store.Tests;

/// <summary>What a child process does until it is killed: batches into a store, as fast as it can. Run by <see cref="CrashTests"/> only.</summary>
public sealed class CrashChild
{
    public const string DirVariable = "EXEAT_STORE_CRASH_DIR", PointVariable = "EXEAT_STORE_CRASH_POINT";

    public const int EventsPerBatch = 20;

    [Fact(Explicit = true)]
    public async Task Appends_until_it_is_killed()
    {
        string dir = Environment.GetEnvironmentVariable(DirVariable)!;
        string[] point = (Environment.GetEnvironmentVariable(PointVariable) ?? "").Split(':');
        int left = point.Length > 1 ? int.Parse(point[1], CultureInfo.InvariantCulture) : 0;
        CrashPoint.OnReached = place =>
        {
            if (place == point[0] && --left == 0) Process.GetCurrentProcess().Kill();
        };
        using var acknowledged = new FileStream(Path.Combine(dir, "acknowledged"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        int next = Acknowledged(dir) + 1;
        await using FlowStore store = FlowStore.Open(Options(dir), TimeProvider.System);
        for (int batch = next; batch < next + 2000; batch++)
        {
            if (store.Append("gw-1", Batch(batch).Bytes, Lines.Start).IsFull) throw new InvalidOperationException("full");
            acknowledged.Write(Encoding.ASCII.GetBytes($"{batch}\n"));
            if (batch % 2 == 0) store.Show();
            if (batch % 3 == 0) store.Convert();
            if (batch % 6 == 0) store.Compact();
        }
    }

    public static StoreOptions Options(string dir) => new() { Dir = Path.Combine(dir, "store"), IsDriven = false, RetentionDays = 0, MaxFilesPerDay = 2, MinFreeBytes = 0, Threads = 1 };

    /// <summary>The last batch that the sender was told of.</summary>
    public static int Acknowledged(string dir)
    {
        string path = Path.Combine(dir, "acknowledged");
        return File.Exists(path) ? int.Parse(File.ReadLines(path).LastOrDefault() ?? "0", CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Always the same for the same number: ten flows begin, and those of the batch before go on or end.</summary>
    internal static Lines Batch(int number)
    {
        var lines = new Lines();
        for (int i = 0; i < EventsPerBatch; i++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"gw-1/1/{(number * EventsPerBatch) + i}");
            if (i % 2 == 0) lines.Decision(id, Flow(number, i), Time(number), "permit", ("names", Lines.Names("www.example.org")));
            else lines.Add(id, Flow(number - 1, i - 1), "update", Time(number), ("bytesOut", 7), ("bytesIn", 100));
        }
        return lines;
    }

    public static DateTimeOffset Time(int number) => Lines.Start.AddHours(-number % 60);

    private static string Flow(int number, int i)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(Time(number)).TryWriteBytes(bytes, bigEndian: true, out _);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes[8..], ((long)number << 8) | (uint)i | long.MinValue);
        bytes[6] = 0x70;
        bytes[7] = 0;
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
