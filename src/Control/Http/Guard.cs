using Exeat.Control.People;

namespace Exeat.Control.Http;

/// <summary>Stands before every endpoint: the right listener, a known caller, the stated role. What is not stated is refused.</summary>
internal sealed class Guard(RequestDelegate next, Credentials credentials)
{
    private static readonly Refused NotHere = new(StatusCodes.Status404NotFound, "not-found", "there is nothing at this address", "see /openapi/v1.json");

    public async Task InvokeAsync(HttpContext context)
    {
        Door door = context.Features.Get<DoorMark>()?.Door ?? Door.None;
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<Permission>() is not { } permission || permission.Door != door || door == Door.None)
        {
            // The server's own answers to a wrong method or media type are endpoints without a permission: they do nothing but refuse.
            if (door == Door.People && context.GetEndpoint()?.DisplayName is "405 HTTP Method Not Supported" or "415 HTTP Unsupported Media Type") await next(context);
            else await ProblemAnswers.WriteAsync(context, NotHere);
            return;
        }
        if (permission is { Door: Door.People, Needed: not Roles.None })
        {
            Actor actor = credentials.Check(context.Request.Headers.Authorization)
                ?? throw new Refused(StatusCodes.Status401Unauthorized, "login-needed", "there is no login that stands", "exeat login URL, or send a token as Authorization: Bearer");
            if (actor.MustChangePassword && !permission.WithOneTimePassword)
                throw new Refused(StatusCodes.Status403Forbidden, "password-change-needed", "this login has a one-time password", "set a password of your own: exeat control password, or POST /api/v1/whoami/password");
            if (!actor.Roles.HasFlag(permission.Needed))
                throw new Refused(StatusCodes.Status403Forbidden, "role-needed", $"{actor.Name} has not the role {RoleWords.Of(permission.Needed)[0]}", "ask somebody with the role admin for it");
            context.Items[typeof(Actor)] = actor;
        }
        await next(context);
    }
}
