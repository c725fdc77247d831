using System.Text;
using Exeat.Api;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Flows;
using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>Records as a file, streamed: as many as there are, with little memory. Who took out what is in the audit log before the first byte leaves.</summary>
internal static class FlowExport
{
    public static async Task RunAsync(HttpContext context, Actor actor, string? format, FlowDesk desk, IFlowRecords store, Database database, AuditLog audit, TimeProvider time, CancellationToken cancel)
    {
        FlowFilter filter = desk.Filter(context.Request.Query);
        (string type, string ending) = format switch
        {
            "csv" => ("text/csv; charset=utf-8; header=present", "csv"),
            "ndjson" => ("application/x-ndjson", "ndjson"),
            "ocsf" => ("application/x-ndjson", "ocsf.ndjson"),
            "parquet" => ("application/vnd.apache.parquet", "parquet"),
            _ => throw Refused.Invalid("format is none that there is", "write csv, ndjson, ocsf or parquet"),
        };
        database.Change(transaction => audit.Write(transaction, actor, "flows.export", ending, ("query", TerminalText.EscapeName(context.Request.QueryString.Value))));
        desk.CountExport();
        context.Response.ContentType = type;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"flows-{time.GetUtcNow().UtcDateTime:yyyyMMdd-HHmmss}.{ending}\"";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await (format switch
            {
                "parquet" => store.ExportParquetAsync(filter, context.Response.Body, cancel),
                "ndjson" => LinesAsync(store, filter, context.Response, cancel),
                "csv" => CsvAsync(store, filter, context.Response, cancel),
                _ => OcsfAsync(store, filter, context.Response, cancel),
            });
        }
        catch (FlowFilterException wrong) when (!context.Response.HasStarted)
        {
            throw Refused.Invalid($"{wrong.Field}: {wrong.What}", wrong.Remedy);
        }
        catch (StoreBusyException busy) when (!context.Response.HasStarted)
        {
            throw new Refused(StatusCodes.Status503ServiceUnavailable, "busy", busy.What, busy.Remedy);
        }
        catch (StoreException) when (context.Response.HasStarted)
        {
            // Half a file must not look whole: the connection is broken off.
            context.Abort();
        }
    }

    private static async Task LinesAsync(IFlowRecords store, FlowFilter filter, HttpResponse response, CancellationToken cancel)
    {
        byte[] end = "\n"u8.ToArray();
        await foreach (StoredLine line in store.EventsAsync(filter, cancel))
        {
            await response.Body.WriteAsync(line.Line, cancel);
            await response.Body.WriteAsync(end, cancel);
        }
    }

    private static async Task CsvAsync(IFlowRecords store, FlowFilter filter, HttpResponse response, CancellationToken cancel)
    {
        await response.WriteAsync(Csv.Header + "\r\n", cancel);
        await foreach (StoredFlow flow in store.FlowsAsync(filter, cancel)) await response.WriteAsync(Csv.Line(flow.Summary) + "\r\n", Encoding.UTF8, cancel);
    }

    private static async Task OcsfAsync(IFlowRecords store, FlowFilter filter, HttpResponse response, CancellationToken cancel)
    {
        var origin = new SinkOrigin(Product.Name, Product.Version);
        byte[] end = "\n"u8.ToArray();
        await foreach (StoredFlow flow in store.FlowsAsync(filter, cancel))
        {
            await response.Body.WriteAsync(Ocsf.Line(flow.Summary, origin), cancel);
            await response.Body.WriteAsync(end, cancel);
        }
    }
}
