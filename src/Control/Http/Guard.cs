using Exeat.Control.People;

namespace Exeat.Control.Http;

/// <summary>Stands before every endpoint: the right listener, a known caller, the stated role. What is not stated is refused.</summary>
internal sealed class Guard(RequestDelegate next, Admission admission)
{
    private static readonly Refused NotHere = new(StatusCodes.Status404NotFound, "not-found", "there is nothing at this address", "see /openapi/v1.json");

    public async Task InvokeAsync(HttpContext context)
    {
        Door door = context.Features.Get<DoorMark>()?.Door ?? Door.None;
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<Permission>()?.Door != door || door == Door.None)
        {
            // The server's own answers to a wrong method or media type are endpoints without a permission: they do nothing but refuse.
            if (door == Door.People && context.GetEndpoint()?.DisplayName is "405 HTTP Method Not Supported" or "415 HTTP Unsupported Media Type") await next(context);
            else await ProblemAnswers.WriteAsync(context, NotHere);
            return;
        }
        admission.Check(context);
        await next(context);
    }
}
