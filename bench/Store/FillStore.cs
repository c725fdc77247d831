using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using Exeat.Store;

namespace Exeat.Bench.Store;

/// <summary>Files as many flows in many days leave them, made by the engine itself: the same columns, order, compression and sums, a file a day; without the events, which dashboards do not read.</summary>
/// <remarks>Each flow as a decision and an end leave it. A test compares it with a store that took such events.</remarks>
internal static class FillStore
{
    public static void Run(string dir, long flows, int days)
    {
        Directory.CreateDirectory(dir);
        using StoreEngine engine = StoreEngine.Open(new StoreOptions { Dir = dir, MemoryBytes = 2L << 30 }, Path.Combine(dir, "tmp"));
        using DuckDBConnection connection = engine.Connect();
        int today = (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 86400);
        long perDay = flows / days, number = 1;
        List<StoredFile> files = [];
        for (int i = 0; i < days; i++)
        {
            int day = today - days + i;
            long began = Stopwatch.GetTimestamp(), first = (i * perDay) + 1;
            files.Add(Write(connection, dir, FileKind.Flows, day, number++, $"{Flows(day, first, perDay)} ORDER BY agent, began", first, first + perDay - 1));
            string flowsFile = StoreEngine.Quoted(Path.Combine(dir, files[^1].Path));
            foreach (FileKind kind in SumColumns.Kinds)
                files.Add(Write(connection, dir, kind, day, number++, FlowStore.SumsOf(kind, $"read_parquet({flowsFile})", "true"), 0, 0));
            ManifestFile.Write(dir, new Manifest { Files = files, NextFile = number, NextRow = first + perDay, NextArrival = 1 });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Microseconds.Date(day)}: {perDay} flows in {Stopwatch.GetElapsedTime(began).TotalSeconds:f1} s; {files.Sum(file => file.Bytes) / 1e9:f2} GB so far"));
        }
    }

    private static StoredFile Write(DuckDBConnection connection, string dir, FileKind kind, int day, long number, string select, long from, long to)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{FlowStore.FolderOf(kind)}/{Microseconds.Date(day):yyyy-MM-dd}/{number:d9}.parquet"), full = Path.Combine(dir, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        StoreEngine.Run(connection, $"COPY ({select}) TO {StoreEngine.Quoted(full)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {FlowStore.RowsPerGroup})");
        long rows = StoreEngine.Scalar(connection, $"SELECT count(*) FROM read_parquet({StoreEngine.Quoted(full)})");
        return new StoredFile { Kind = kind, Day = day, Path = path, Rows = rows, Bytes = new FileInfo(full).Length, From = from, To = to };
    }

    // 300 agents of 4 classes on 5 gateways, 2000 names of which few are most of it, one in eight denied; the hours of a working day.
    private static string Flows(int day, long first, long count)
    {
        var values = new Dictionary<string, string>
        {
            ["gateway"] = "'gw-' || a % 5",
            ["agent"] = "'agent-' || a",
            ["class"] = "['coding', 'research', 'support', 'regulated'][1 + a % 4]",
            ["began"] = "began",
            ["seen"] = "began + 1000 * (i % 60000)",
            // A UUIDv7 of the moment, as gateways make them.
            ["unit"] = "lpad(hex(began // 1000), 12, '0') || '7' || substr(digest, 1, 3) || '8' || substr(digest, 4, 15)",
            ["rid"] = "i",
            ["kind"] = "0",
            ["labels"] = "chr(10) || 'team' || chr(9) || 't' || a % 7 || chr(10)",
            ["src"] = "unhex('C000' || lpad(hex(a), 4, '0'))",
            ["src_port"] = "40000 + i % 20000",
            ["dst"] = "unhex('CB00' || lpad(hex(s), 4, '0'))",
            ["port"] = "443",
            ["protocol"] = "'tcp'",
            ["name"] = "'www' || s || '.example.org'",
            ["names"] = "chr(10) || 'www' || s || '.example.org' || chr(9) || 'sni' || chr(10)",
            ["names_omitted"] = "0",
            ["proof"] = "'dns+sni'",
            ["stage"] = "'hello'",
            ["rule"] = "CASE WHEN s % 8 = 0 THEN 'default-deny' ELSE 'allow-' || s % 12 END",
            ["reason"] = "CASE WHEN s % 8 = 0 THEN 'default-deny' ELSE 'permitted-by-rule' END",
            ["outcome"] = "CASE WHEN s % 8 = 0 THEN 'deny' ELSE 'permit' END",
            ["verdict"] = "CASE WHEN s % 8 = 0 THEN 'deny' ELSE 'permit' END",
            ["mode"] = "'enforce'",
            ["enforced"] = "true",
            ["policy"] = "'9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b'",
            ["agents_hash"] = "'51aa6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b'",
            ["generation"] = "3",
            ["bytes_out"] = "1000 + i % 5000",
            ["bytes_in"] = "s * 1000 + i % 997",
            ["packets_out"] = "10 + i % 50",
            ["packets_in"] = "20 + i % 90",
            ["duration"] = "i % 60000",
            ["ending"] = "'closed'",
            ["attempts"] = "1",
            ["event"] = "'decision'",
            ["decided"] = "began",
            ["origin"] = "'gw-' || a % 5",
            ["epoch"] = "1",
            ["sequence"] = "2 * i - 1",
            ["rank"] = "3",
            ["counts_event"] = "'end'",
            ["counts_time"] = "began + 1000 * (i % 60000)",
            ["counts_epoch"] = "1",
            ["counts_sequence"] = "2 * i",
        };
        string columns = string.Join(", ", FlowColumns.Columns.Select(column => $"({values.GetValueOrDefault(column.Name, "NULL")})::{column.Type} AS {column.Name}"));
        string drawn = string.Create(CultureInfo.InvariantCulture,
            $"SELECT i, (hash(i) % 300)::INTEGER AS a, (2000 * pow((hash(i + 1000000007) % 1000003) / 1000003.0, 4))::INTEGER AS s, (hash(i * 31 + 7) % 1000003) / 1000003.0 AS r1 FROM range({first}, {first + count}) t(i)");
        string began = string.Create(CultureInfo.InvariantCulture, $"{day * Microseconds.Day} + (86399999999 * (0.5 + 0.5 * (2 * r1 - 1) * abs(2 * r1 - 1)))::BIGINT");
        return $"SELECT {columns} FROM (SELECT i, a, s, md5(i::VARCHAR) AS digest, {began} AS began FROM ({drawn}))";
    }
}
