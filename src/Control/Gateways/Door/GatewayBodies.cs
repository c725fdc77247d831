using Exeat.Control.Http;

namespace Exeat.Control.Gateways.Door;

/// <summary>
/// Reads bodies whole before anything is done with them, so that a slow sender holds nothing that others need: within a size, at a least pace, and from one amount of memory for all.
/// When that is used up the newcomer is refused and comes again; whoever is being read goes on.
/// </summary>
internal sealed class GatewayBodies(TimeProvider time)
{
    /// <summary>Bodies in memory at once: those of sixteen gateways that each send the largest batch, or of a thousand that each send a usual one.</summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>Before pace is asked for: a line that comes back from a pause.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Then so much: the largest batch in four and a half minutes.</summary>
    public const int LeastBytesPerSecond = 16 << 10;

    private const int Beginning = 16 << 10;
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Reads the body; whoever gets it disposes it.</summary>
    /// <exception cref="Refused">It is too large or too slow, or there is no room.</exception>
    public async Task<GatewayBody> ReadAsync(HttpContext context, int most, CancellationToken cancel)
    {
        var body = new GatewayBody(this);
        try
        {
            body.Grow(Beginning, most);
            using var pace = new CancellationTokenSource(Grace, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, pace.Token);
            long began = time.GetTimestamp();
            try
            {
                for (int read; (read = await context.Request.Body.ReadAsync(body.Free, either.Token)) > 0;)
                {
                    body.Length += read;
                    if (body.Length > most) throw new Refused(StatusCodes.Status413PayloadTooLarge, "too-large", $"the body has more than {most >> 10} KiB", "send less at a time");
                    if (body.Free.IsEmpty) body.Grow(body.Length * 2, most);
                    TimeSpan left = Grace + TimeSpan.FromSeconds((double)body.Length / LeastBytesPerSecond) - time.GetElapsedTime(began);
                    if (left <= TimeSpan.Zero) throw TooSlow();
                    pace.CancelAfter(left);
                }
            }
            catch (OperationCanceledException) when (pace.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                throw TooSlow();
            }
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    internal void Take(int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= MaxBytes) return;
        Give(bytes);
        throw new Refused(StatusCodes.Status503ServiceUnavailable, "busy", "as many bodies are being read as there is room for", "the link tries again by itself");
    }

    internal void Give(int bytes) => Interlocked.Add(ref _held, -bytes);

    private static Refused TooSlow() => new(StatusCodes.Status408RequestTimeout, "too-slow", $"the body came slower than {LeastBytesPerSecond >> 10} KiB a second", "the link tries again by itself; look at the line");
}
