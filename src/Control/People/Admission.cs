using Exeat.Control.Http;

namespace Exeat.Control.People;

/// <summary>Whether a caller may use an endpoint of people's door, as it is now. Asked before the body is read, and again when it has come: that may be minutes later.</summary>
internal sealed class Admission(Credentials credentials) : IEndpointFilter
{
    /// <summary>Lets the request's caller in; who it is goes with the request.</summary>
    /// <exception cref="Refused">There is no login that stands, or it may not do this.</exception>
    public void Check(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Permission>() is not { Door: Door.People, Needed: not Roles.None } permission) return;
        Actor actor = credentials.Check(context.Request.Headers.Authorization)
            ?? throw new Refused(StatusCodes.Status401Unauthorized, "login-needed", "there is no login that stands", "exeat login URL, or send a token as Authorization: Bearer");
        if (actor.MustChangePassword && !permission.WithOneTimePassword)
            throw new Refused(StatusCodes.Status403Forbidden, "password-change-needed", "this login has a one-time password", "set a password of your own: exeat control password, or POST /api/v1/whoami/password");
        if (!actor.Roles.HasFlag(permission.Needed))
            throw new Refused(StatusCodes.Status403Forbidden, "role-needed", $"{actor.Name} has not the role {RoleWords.Of(permission.Needed)[0]}", "ask somebody with the role admin for it");
        context.Items[typeof(Actor)] = actor;
    }

    /// <summary>Runs when everything that an endpoint takes has been read.</summary>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Check(context.HttpContext);
        for (int i = 0; i < context.Arguments.Count; i++)
            if (context.Arguments[i] is Actor) context.Arguments[i] = context.HttpContext.Items[typeof(Actor)];
        return next(context);
    }
}
