using Exeat.Policy;

namespace Exeat.Control.Http;

/// <summary>Outermost for people: what every answer says to browsers and caches, and how many requests are answered at once.</summary>
internal sealed class PlainHeaders(RequestDelegate next, ControlLimits limits)
{
    private int _running;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<DoorMark>()?.Door != Door.People)
        {
            await next(context);
            return;
        }
        IHeaderDictionary headers = context.Response.Headers;
        headers.StrictTransportSecurity = "max-age=31536000";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        try
        {
            if (Interlocked.Increment(ref _running) <= limits.Requests) await next(context);
            else await ProblemAnswers.WriteAsync(context, new Refused(StatusCodes.Status503ServiceUnavailable, "busy", $"{limits.Requests} requests are being answered", "try again in a few seconds"));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
