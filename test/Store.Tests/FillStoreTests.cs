using System.Globalization;
using System.Text;
using DuckDB.NET.Data;
using Exeat.Bench.Store;
using Exeat.Flows;

namespace Exeat.Store.Tests;

/// <summary>What the bench fills in and what comes in leave the same store behind: else it would measure questions over files that no gateway leaves.</summary>
public sealed class FillStoreTests
{
    private const int Flows = 3_000, Days = 3;

    [Fact]
    public async Task A_filled_store_equals_one_that_took_the_same_records()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-fill").FullName, filled = Path.Combine(folder, "filled"), taken = Path.Combine(folder, "taken");
        try
        {
            FillStore.Run(filled, Flows, Days);
            StoreOptions options = new() { Dir = filled, IsDriven = false, MinFreeBytes = 0, RetentionDays = 0, Threads = 1, MaxFilesPerDay = 1 };
            await using FlowStore one = FlowStore.Open(options, TimeProvider.System), other = FlowStore.Open(options with { Dir = taken }, TimeProvider.System);
            await TakeAsync(one, other);
            await CompareAnswersAsync(one, other);
            CompareFiles(folder);
            Assert.All(ManifestFile.Read(taken).Files.GroupBy(file => (file.Kind, file.Day)), day => Assert.Single(day));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Each flow of one as the two events it stands for; in parts, so that what is compared was merged too.
    private static async Task TakeAsync(FlowStore from, FlowStore to)
    {
        List<StoredFlow> flows = [];
        await foreach (StoredFlow flow in from.FlowsAsync(new FlowFilter(), default)) flows.Add(flow);
        Assert.Equal(Flows, flows.Count);
        foreach (IEnumerable<StoredFlow> part in new[] { flows.Where((_, i) => i % 2 == 0), flows.Where((_, i) => i % 2 != 0) })
        {
            foreach (IGrouping<string, StoredFlow> gateway in part.GroupBy(flow => flow.Gateway))
            {
                byte[] lines = Encoding.UTF8.GetBytes(string.Concat(gateway.Select(flow => LineOf(flow.Summary.Decision) + LineOf(flow.Summary.Counts!))));
                Assert.Equal(new IngestResult(2 * gateway.Count(), 0, 0, false), to.Append(gateway.Key, lines, TimeProvider.System.GetUtcNow()));
            }
            Assert.True(to.Convert());
        }
        while (to.Compact())
        {
        }
    }

    private static string LineOf(FlowEvent read)
    {
        string common = string.Create(CultureInfo.InvariantCulture,
            $"{{\"v\":1,\"id\":\"{read.Id}\",\"flow\":\"{read.Flow}\",\"event\":\"{read.Event}\",\"time\":\"{read.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}\",\"gateway\":\"{read.Gateway}\",\"agent\":\"{read.Agent}\",\"class\":\"{read.Class}\",\"src\":\"{read.Source}\",\"srcPort\":{read.SourcePort},\"dst\":\"{read.Destination}\",\"protocol\":\"{read.Protocol}\",\"port\":{read.Port}");
        if (read.Event == "end")
            return string.Create(CultureInfo.InvariantCulture, $"{common},\"bytesOut\":{read.BytesOut},\"bytesIn\":{read.BytesIn},\"packetsOut\":{read.PacketsOut},\"packetsIn\":{read.PacketsIn},\"durationMs\":{read.DurationMs},\"end\":\"{read.End}\"}}\n");
        string labels = string.Join(',', read.Labels.Select(label => $"\"{label.Key}\":\"{label.Value}\"")), names = string.Join(',', read.Names.Select(name => $"{{\"name\":\"{name.Name}\",\"source\":\"{name.Source}\"}}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"{common},\"labels\":{{{labels}}},\"names\":[{names}],\"proof\":\"{read.Proof}\",\"stage\":\"{read.Stage}\",\"rule\":\"{read.Rule}\",\"reason\":\"{read.Reason}\",\"verdict\":\"{read.Verdict}\",\"mode\":\"{read.Mode}\",\"enforced\":true,\"policy\":\"{read.Policy}\",\"agentsHash\":\"{read.AgentsHash}\",\"generation\":{read.Generation}}}\n");
    }

    private static async Task CompareAnswersAsync(FlowStore one, FlowStore other)
    {
        DateTimeOffset today = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        int rows = 0;
        foreach ((string what, GroupQuery query) in AskStore.Groups(today))
        {
            // All rows: of those that are equal the first so many may be others.
            GroupResult expected = await one.GroupAsync(query with { Top = 10_000 }, null, default), found = await other.GroupAsync(query with { Top = 10_000 }, null, default);
            Assert.Equal((what, expected.FromRollUps, Told(expected.Total)), (what, found.FromRollUps, Told(found.Total)));
            Assert.Equal(expected.Rows.Select(Told).Order(), found.Rows.Select(Told).Order());
            rows += found.Rows.Count;
        }
        Assert.True(rows > Flows, $"{rows} rows of answers say little");
        FlowPage newest = await one.ListAsync(new FlowFilter(), null, 100, default), newestOfOther = await other.ListAsync(new FlowFilter(), null, 100, default);
        Assert.Equal(newest.Flows.Select(flow => flow.Summary.Flow), newestOfOther.Flows.Select(flow => flow.Summary.Flow));

        static string Told(GroupRow row) => $"{string.Join('|', row.Keys)} {row.Bucket:o} {row.Attempts} {row.BytesOut} {row.BytesIn} {row.First:o} {row.Last:o}";
    }

    // Names, types and order of columns, how they are packed, and every value; only the numbers of rows are their own.
    private static void CompareFiles(string folder)
    {
        using StoreEngine engine = StoreEngine.Open(new StoreOptions { Dir = folder }, Path.Combine(folder, "tmp"));
        using DuckDBConnection connection = engine.Connect();
        foreach (FileKind kind in SumColumns.Kinds.Append(FileKind.Flows))
        {
            string one = Files("filled", kind), other = Files("taken", kind);
            List<string> columns = Read(connection, $"SELECT column_name || ' ' || column_type FROM (DESCRIBE SELECT * FROM read_parquet({one}))");
            Assert.Equal(columns, Read(connection, $"SELECT column_name || ' ' || column_type FROM (DESCRIBE SELECT * FROM read_parquet({other}))"));
            string packed = "SELECT DISTINCT path_in_schema || ' ' || type || ' ' || compression FROM parquet_metadata({0}) ORDER BY ALL";
            Assert.Equal(Read(connection, string.Format(CultureInfo.InvariantCulture, packed, one)), Read(connection, string.Format(CultureInfo.InvariantCulture, packed, other)));
            string compared = string.Join(", ", columns.Select(column => column.Split(' ')[0]).Where(column => column != "rid"));
            Assert.True(StoreEngine.Scalar(connection, $"SELECT count(*) FROM read_parquet({one})") > 0);
            foreach ((string some, string less) in new[] { (one, other), (other, one) })
                Assert.Empty(Read(connection, $"SELECT '{kind} ' || t::VARCHAR FROM (SELECT {compared} FROM read_parquet({some}) EXCEPT ALL SELECT {compared} FROM read_parquet({less})) t LIMIT 3"));
        }

        string Files(string store, FileKind kind) => StoreEngine.Quoted(Path.Combine(folder, store, FlowStore.FolderOf(kind), "*", "*.parquet"));
    }

    private static List<string> Read(DuckDBConnection connection, string sql)
    {
        List<string> texts = [];
        using DuckDBCommand command = StoreEngine.Command(connection, sql);
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read()) texts.Add(reader.GetString(0));
        return texts;
    }
}
