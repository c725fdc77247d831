using Exeat.Api.Control;
using Exeat.Control.Http;

namespace Exeat.Control.People;

/// <summary>Login and who is asking.</summary>
internal static class PeopleEndpoints
{
    private const int MaxPassword = 1024, MaxUser = 64;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/sessions", Login).OpenToAll().AnswersSecret().WithSummary("Log in");
        api.MapDelete("/sessions/current", Logout).RequireRole(Roles.Viewer).WithOneTimePassword().WithSummary("Log out");
        api.MapGet("/whoami", (Actor actor) => TypedResults.Ok(new Caller(actor.Name, RoleWords.Of(actor.Roles)))).RequireRole(Roles.Viewer).WithOneTimePassword().WithSummary("Who is asking");
    }

    private static IResult Login(Login login, HttpContext context, Accounts accounts, LoginThrottle throttle)
    {
        if (login.User.Length is 0 or > MaxUser || login.Password.Length is 0 or > MaxPassword) throw Refused.Invalid("user or password is empty or too long", "send both");
        string source = LoginThrottle.SourceOf(context.Connection.RemoteIpAddress);
        if (!throttle.TryTake(login.User, source)) throw new Refused(StatusCodes.Status429TooManyRequests, "too-many-logins", "too many logins failed from here", "wait a minute");
        Session session = accounts.Login(login.User, login.Password, source)
            ?? throw new Refused(StatusCodes.Status401Unauthorized, "login-failed", "user or password is wrong", "try again, or ask somebody with the role admin for a new password");
        throttle.Succeeded(login.User, source);
        return TypedResults.Ok(session);
    }

    private static IResult Logout(Actor actor, Accounts accounts)
    {
        accounts.Logout(actor);
        return TypedResults.NoContent();
    }
}
