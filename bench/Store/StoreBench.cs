using System.Globalization;

namespace Exeat.Bench.Store;

/// <summary>The flow store at a size of one's choosing: <c>ingest</c>, <c>fill</c>, <c>ask</c>, <c>freshness</c>.</summary>
internal static class StoreBench
{
    private const string Usage = """
        store ingest DIR RECORDS      appends records through the whole path; records/s by one thread
        store fill DIR FLOWS DAYS     writes files as so many flows in so many days leave them
        store ask DIR                 asks what dashboards ask
        store freshness DIR           how long until a record is seen
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["ingest", string dir, string records]:
                await IngestRecords.RunAsync(dir, Number(records));
                return 0;
            case ["fill", string dir, string flows, string days]:
                FillStore.Run(dir, Number(flows), (int)Number(days));
                return 0;
            case ["ask", string dir]:
                await AskStore.RunAsync(dir);
                return 0;
            case ["freshness", string dir]:
                await SeeRecords.RunAsync(dir);
                return 0;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static long Number(string text) => long.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
