using System.Globalization;
using System.Text;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>The live tail, as server-sent events: <c>flow</c> with the event as it was recorded, <c>lost</c> when the reader was too slow, a comment as heartbeat. It ends with the caller's session.</summary>
internal static class FlowTail
{
    /// <summary>Below the minute after which most proxies take a silent connection for dead. The login is looked at as often.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(HttpContext context, Actor actor, FlowDesk desk, IFlowRecords store, Credentials credentials, TimeProvider time, IHostApplicationLifetime life)
    {
        FlowFilter filter = desk.Filter(context.Request.Query);
        using IDisposable place = desk.TakeTail(actor);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.WriteAsync(": begun\n\n", ends.Token);
        await context.Response.Body.FlushAsync(ends.Token);
        try
        {
            await using IAsyncEnumerator<TailLine> lines = store.TailAsync(filter, ends.Token).GetAsyncEnumerator(ends.Token);
            Task<bool> next = lines.MoveNextAsync().AsTask();
            // One for all events until it fires: that events come keeps nobody's login.
            Task beat = Task.Delay(Heartbeat, time, ends.Token);
            while (true)
            {
                await Task.WhenAny(next, beat);
                if (beat.IsCompleted)
                {
                    await beat;
                    if (credentials.Check(context.Request.Headers.Authorization) is not { } still || !still.Roles.HasFlag(Roles.Viewer))
                    {
                        await context.Response.WriteAsync("event: end\ndata: {\"why\":\"the login ended\"}\n\n", ends.Token);
                        await ends.CancelAsync();
                        await Quiet(next);
                        return;
                    }
                    beat = Task.Delay(Heartbeat, time, ends.Token);
                    await context.Response.WriteAsync(": heartbeat\n\n", ends.Token);
                }
                else
                {
                    if (!await next) return;
                    await WriteAsync(context.Response, lines.Current, ends.Token);
                    next = lines.MoveNextAsync().AsTask();
                    if (next.IsCompleted) continue;
                }
                await context.Response.Body.FlushAsync(ends.Token);
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The reader went away, or control stops: the connection says so.
        }
    }

    private static async Task WriteAsync(HttpResponse response, TailLine line, CancellationToken cancel)
    {
        if (line.Lost > 0) await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"event: lost\ndata: {{\"lost\":{line.Lost}}}\n\n"), cancel);
        // A recorded line has no line break: the journal escapes them, and the store takes lines only.
        await response.Body.WriteAsync("event: flow\ndata: "u8.ToArray(), cancel);
        await response.Body.WriteAsync(line.Line, cancel);
        await response.Body.WriteAsync("\n\n"u8.ToArray(), cancel);
    }

    private static async Task Quiet(Task<bool> next)
    {
        try
        {
            await next;
        }
        catch (OperationCanceledException)
        {
            // As was asked.
        }
    }
}
