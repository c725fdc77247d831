using System.Security.Cryptography;
using System.Text;
using Exeat.Control.People;
using Exeat.Control.Storage;

namespace Exeat.Control.Http;

/// <summary>
/// <c>Idempotency-Key</c>: the same key, caller and request have the same answer for a day, and are done once. A request is noted before it is done:
/// one that control died over is not done again, since nobody knows how far it came.
/// </summary>
internal sealed class RepeatedRequests(RequestDelegate next, Admission admission, Database database, TimeProvider time)
{
    private const string Header = "Idempotency-Key";
    // Long enough for a UUID with a prefix.
    private const int MaxKey = 128, MaxAnswer = 1 << 20;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private sealed record Answer(byte[] Request, long? Status, string? Type, string? Location, byte[]? Body);

    public async Task InvokeAsync(HttpContext context)
    {
        string key = context.Request.Headers[Header].ToString();
        if (key.Length == 0 || !HttpMethods.IsPost(context.Request.Method) || context.Items[typeof(Actor)] is not Actor actor)
        {
            await next(context);
            return;
        }
        if (key.Length > MaxKey || key.Any(c => c is <= ' ' or > '~')) throw Refused.Invalid($"{Header} is too long or has other than visible ASCII", $"write at most {MaxKey} characters, such as a UUID");
        byte[] request = await HashAsync(context);
        // An earlier answer is not for a login that ended while the body came.
        admission.Check(context);
        if (Begin(actor.Name, key, request) is { } earlier) await RepeatAsync(context, earlier, request);
        else await DoAsync(context, actor.Name, key);
    }

    // The earlier answer, or null when this request is the first and is now noted.
    private Answer? Begin(string caller, string key, byte[] request) => database.Change(change =>
    {
        DateTimeOffset now = time.GetUtcNow();
        change.Run("DELETE FROM answers WHERE created <= $old", ("$old", now - Kept));
        if (change.List("SELECT request, status, type, location, body FROM answers WHERE caller = $caller AND key = $key", row => new Answer((byte[])row.GetValue(0),
            row.IsDBNull(1) ? null : row.GetInt64(1), row.GetTextOrNull(2), row.GetTextOrNull(3), row.IsDBNull(4) ? null : (byte[])row.GetValue(4)), ("$caller", caller), ("$key", key)) is [var earlier]) return earlier;
        change.Run("INSERT INTO answers (caller, key, request, created) VALUES ($caller, $key, $request, $now)", ("$caller", caller), ("$key", key), ("$request", request), ("$now", now));
        return null;
    });

    private static async Task RepeatAsync(HttpContext context, Answer earlier, byte[] request)
    {
        if (!earlier.Request.AsSpan().SequenceEqual(request)) throw new Refused(StatusCodes.Status409Conflict, "key-reused", $"this {Header} was used for another request", "take a new key for a new request");
        if (earlier.Status is not { } status) throw new Refused(StatusCodes.Status409Conflict, "key-pending", "the first request with this key has not ended, or control stopped while it was done", "look whether it was done; then take a new key");
        if (earlier.Body is null) throw new Refused(StatusCodes.Status409Conflict, "key-done", "this was done, and its answer was told once", "look at what it made, or take a new key");
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = earlier.Type;
        if (earlier.Location is not null) context.Response.Headers.Location = earlier.Location;
        context.Response.ContentLength = earlier.Body.Length;
        await context.Response.Body.WriteAsync(earlier.Body, context.RequestAborted);
    }

    private async Task DoAsync(HttpContext context, string caller, string key)
    {
        Stream wire = context.Response.Body;
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        try
        {
            await next(context);
        }
        catch
        {
            // Nothing was done: what is refused is refused anew, and may succeed later.
            Forget(caller, key);
            throw;
        }
        finally
        {
            context.Response.Body = wire;
        }
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest) Forget(caller, key);
        else
        {
            bool isKept = context.GetEndpoint()?.Metadata.GetMetadata<SecretAnswer>() is null && buffer.Length <= MaxAnswer;
            database.Change(change => change.Run("UPDATE answers SET status = $status, type = $type, location = $location, body = $body WHERE caller = $caller AND key = $key",
                ("$status", context.Response.StatusCode), ("$type", context.Response.ContentType), ("$location", context.Response.Headers.Location.FirstOrDefault()),
                ("$body", isKept ? buffer.ToArray() : null), ("$caller", caller), ("$key", key)));
        }
        buffer.Position = 0;
        await buffer.CopyToAsync(wire, context.RequestAborted);
    }

    private void Forget(string caller, string key) => database.Change(change => change.Run("DELETE FROM answers WHERE caller = $caller AND key = $key", ("$caller", caller), ("$key", key)));

    private static async Task<byte[]> HashAsync(HttpContext context)
    {
        context.Request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"));
        byte[] piece = new byte[16 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(piece, context.RequestAborted)) > 0;) hash.AppendData(piece.AsSpan(0, read));
        context.Request.Body.Position = 0;
        return hash.GetHashAndReset();
    }
}
