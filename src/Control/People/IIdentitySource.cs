namespace Exeat.Control.People;

/// <summary>Proves who somebody is. Local accounts are one; what another would have to give is an account's name and roles, for which a session begins.</summary>
internal interface IIdentitySource
{
    /// <summary>The identity that the login proves; null, after the same time, when it proves none.</summary>
    Task<Identity?> ProveAsync(string user, string password, CancellationToken cancel);
}
