using Exeat.Api.Control;
using Exeat.Control.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Exeat.Control.People;

/// <summary>Login, people and tokens.</summary>
internal static class PeopleEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/sessions", LoginAsync).OpenToAll().AnswersSecret().WithSummary("Log in").WithTags("People");
        api.MapDelete("/sessions/current", Logout).RequireRole(Roles.Viewer).WithOneTimePassword().WithSummary("Log out").WithTags("People");
        api.MapGet("/whoami", WhoAmI).RequireRole(Roles.Viewer).WithOneTimePassword().WithSummary("Who is asking").WithTags("People");
        api.MapPost("/whoami/password", ChangePasswordAsync).RequireRole(Roles.Viewer).WithOneTimePassword().WithSummary("Set a password of one's own").WithTags("People");

        api.MapGet("/users", ListUsers).RequireRole(Roles.Admin).WithSummary("List accounts").WithTags("People");
        api.MapPost("/users", CreateUserAsync).RequireRole(Roles.Admin).AnswersSecret().WithSummary("Make an account with a one-time password").WithTags("People");
        api.MapGet("/users/{name}", FindUser).RequireRole(Roles.Admin).WithSummary("One account").WithTags("People");
        api.MapPatch("/users/{name}", ChangeUser).RequireRole(Roles.Admin).WithSummary("Change an account's roles, disable or enable it").WithTags("People");
        api.MapPost("/users/{name}/password", ResetPasswordAsync).RequireRole(Roles.Admin).AnswersSecret().WithSummary("Give an account a new one-time password").WithTags("People");
        api.MapPost("/users/{name}/confirmation", (string name, Actor actor, Accounts accounts) => TypedResults.Ok(accounts.Confirm(actor, name))).RequireRole(Roles.Approver).WithSummary("Say that an account is its owner's alone").WithTags("People");

        api.MapGet("/tokens", ListTokens).RequireRole(Roles.Admin).WithSummary("List tokens").WithTags("People");
        api.MapPost("/tokens", CreateToken).RequireRole(Roles.Admin).AnswersSecret().WithSummary("Make a token").WithTags("People");
        api.MapDelete("/tokens/{id}", RevokeToken).RequireRole(Roles.Admin).WithSummary("Revoke a token").WithTags("People");
    }

    private static async Task<Ok<Session>> LoginAsync(Login login, HttpContext context, IIdentitySource identities, Sessions sessions, LoginThrottle throttle, FailedLogins failed)
    {
        if (login.User.Length is 0 or > PeopleText.MaxName || login.Password.Length is 0 or > PeopleText.MaxPassword) throw Refused.Invalid("user or password is empty or too long", "send both");
        string source = LoginThrottle.SourceOf(context.Connection.RemoteIpAddress);
        if (!throttle.TryTake(login.User, source, sessions.IsKnown(login.User, source)))
        {
            failed.Count(login.User, source, refused: true);
            throw new Refused(StatusCodes.Status429TooManyRequests, "too-many-logins", "too many logins failed", "wait a minute");
        }
        if (await identities.ProveAsync(login.User, login.Password, context.RequestAborted) is not { } person)
        {
            failed.Count(login.User, source, refused: false);
            throw new Refused(StatusCodes.Status401Unauthorized, "login-failed", "user or password is wrong", "try again, or ask somebody with the role admin for a new password");
        }
        throttle.Succeeded(login.User, source);
        return TypedResults.Ok(sessions.Begin(person, source));
    }

    private static NoContent Logout(Actor actor, Sessions sessions)
    {
        sessions.End(actor);
        return TypedResults.NoContent();
    }

    private static Ok<Caller> WhoAmI(Actor actor) => TypedResults.Ok(new Caller(actor.Name, RoleWords.Of(actor.Roles)));

    private static async Task<NoContent> ChangePasswordAsync(PasswordChange change, Actor actor, HttpContext context, Accounts accounts, IIdentitySource identities, LoginThrottle throttle)
    {
        string source = LoginThrottle.SourceOf(context.Connection.RemoteIpAddress);
        // A stolen session must not become a way to guess the password.
        if (!throttle.TryTake(actor.User ?? "", source, isKnownSource: true)) throw new Refused(StatusCodes.Status429TooManyRequests, "too-many-logins", "too many passwords were wrong", "wait a minute");
        await accounts.ChangePasswordAsync(actor, change, identities, context.RequestAborted);
        throttle.Succeeded(actor.User ?? "", source);
        return TypedResults.NoContent();
    }

    private static Ok<Page<User>> ListUsers(int? limit, string? cursor, Accounts accounts) => TypedResults.Ok(accounts.List(PageRequest.Of(limit, cursor)));

    private static async Task<Created<OneTimePassword>> CreateUserAsync(NewUser user, Actor actor, Accounts accounts, CancellationToken cancel) =>
        TypedResults.Created($"/api/v1/users/{user.Name}", await accounts.CreateAsync(actor, user, cancel));

    private static Ok<User> FindUser(string name, Accounts accounts) => TypedResults.Ok(accounts.Find(name));

    private static Ok<User> ChangeUser(string name, UserChange change, Actor actor, Accounts accounts) => TypedResults.Ok(accounts.Change(actor, name, change));

    private static async Task<Ok<OneTimePassword>> ResetPasswordAsync(string name, Actor actor, Accounts accounts, CancellationToken cancel) =>
        TypedResults.Ok(await accounts.ResetPasswordAsync(actor, name, cancel));

    private static Ok<Page<ApiToken>> ListTokens(int? limit, string? cursor, Tokens tokens) => TypedResults.Ok(tokens.List(PageRequest.Of(limit, cursor)));

    private static Created<TokenSecret> CreateToken(NewToken token, Actor actor, Tokens tokens)
    {
        TokenSecret made = tokens.Create(actor, token);
        return TypedResults.Created($"/api/v1/tokens/{made.Token.Id}", made);
    }

    private static Ok<ApiToken> RevokeToken(string id, Actor actor, Tokens tokens) => TypedResults.Ok(tokens.Revoke(actor, id));
}
