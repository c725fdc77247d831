using System.Text.Json;
using Exeat.Api.Control;

namespace Exeat.Control.Http;

/// <summary>Every refusal and every mistake of ours leaves as problem details; nothing of a stack trace does.</summary>
internal sealed class ProblemAnswers(RequestDelegate next, ILogger<ProblemAnswers> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            // A status without a body is the server's own: no route, wrong method, wrong media type.
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null or 0, ContentType: null }) await WriteAsync(context, OfStatus(context.Response.StatusCode));
        }
        catch (Refused refused)
        {
            await WriteAsync(context, refused);
        }
        catch (BadHttpRequestException broken)
        {
            await WriteAsync(context, new Refused(broken.StatusCode, broken.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too-large" : "invalid",
                broken.InnerException is JsonException json ? $"the body cannot be read: {json.Message}" : broken.Message.TrimEnd('.'), "see /openapi/v1.json for what is taken"));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away: there is nobody to answer.
        }
        catch (Exception ours) when (!context.Response.HasStarted)
        {
            log.Failed(context.Request.Method, context.GetEndpoint()?.DisplayName ?? "", ours);
            await WriteAsync(context, new Refused(StatusCodes.Status500InternalServerError, "internal", "control made a mistake", "try again; its log has what happened"));
        }
    }

    /// <summary>Writes a refusal as the answer.</summary>
    public static async Task WriteAsync(HttpContext context, Refused refused)
    {
        if (context.Response.HasStarted) return;
        context.Response.ContentType = null;
        context.Response.StatusCode = refused.Status;
        if (refused.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(refused.ToProblem(), ControlJson.Default.ApiProblem);
        context.Response.ContentType = ApiProblem.MediaType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static Refused OfStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => new Refused(status, "not-found", "there is nothing at this address", "see /openapi/v1.json"),
        StatusCodes.Status405MethodNotAllowed => new Refused(status, "method", "this address does not take that method", "see /openapi/v1.json"),
        StatusCodes.Status413PayloadTooLarge => new Refused(status, "too-large", "the body is larger than this address takes", "send less"),
        StatusCodes.Status415UnsupportedMediaType => new Refused(status, "media-type", "the body's media type is not taken here", "send application/json"),
        _ => new Refused(status, "invalid", "the request is not taken", "see /openapi/v1.json for what is taken"),
    };
}
