namespace Exeat.Control.Http;

/// <summary>Who does something, as the audit log names them: <c>user:anna</c>, <c>token:ci</c>, <c>gateway:gw-1</c>, <c>control</c>. A handler takes it as a parameter.</summary>
/// <param name="Name">Kind and name.</param>
/// <param name="Roles">What they may do.</param>
internal sealed record Actor(string Name, Roles Roles)
{
    /// <summary>What the names of people begin with.</summary>
    public const string PersonPrefix = "user:";

    /// <summary>What the names of tokens begin with.</summary>
    public const string TokenPrefix = "token:";

    /// <summary>Control itself: what happens by time, or at the machine's console.</summary>
    public static readonly Actor Control = new("control", Roles.None);

    /// <summary>The id of the session, when the actor is a person with one.</summary>
    public string? Session { get; init; }

    /// <summary>The account, when the actor is a person.</summary>
    public string? User => Name.StartsWith(PersonPrefix, StringComparison.Ordinal) ? Name[PersonPrefix.Length..] : null;

    /// <summary>The session began with a one-time password.</summary>
    public bool MustChangePassword { get; init; }

    /// <summary>Whom the guard let in.</summary>
    public static ValueTask<Actor?> BindAsync(HttpContext context) => ValueTask.FromResult(context.Items[typeof(Actor)] as Actor);
}
