namespace Exeat.Control.Http;

/// <summary>How an endpoint states who may use it.</summary>
internal static class Permissions
{
    /// <summary>People and tokens that have the role.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder endpoint, Roles role) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Permission(Door.People, role == Roles.None ? throw new ArgumentOutOfRangeException(nameof(role)) : role));

    /// <summary>Everybody who reaches the people's listener, without a login.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Permission(Door.People, Roles.None));

    /// <summary>The gateways' listener; which gateway it is, and whether its certificate stands, is checked by <c>Gateways</c>.</summary>
    public static TBuilder ForGateways<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Permission(Door.Gateways, Roles.None));

    /// <summary>Also for a login with a one-time password. After <see cref="RequireRole"/>.</summary>
    public static TBuilder WithOneTimePassword<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder =>
        {
            if (builder.Metadata.OfType<Permission>().LastOrDefault() is { } stated) builder.Metadata.Add(stated with { WithOneTimePassword = true });
        });
        return endpoint;
    }

    /// <summary>The answer has a secret that is told once: it is not kept for a repeated request.</summary>
    public static TBuilder AnswersSecret<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new SecretAnswer());

    /// <summary>The endpoints that state nothing: control does not start with one.</summary>
    public static IEnumerable<string> Unstated(IEnumerable<Endpoint> endpoints) =>
        endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Permission>() is null).Select(endpoint => endpoint.DisplayName ?? endpoint.ToString() ?? "");
}
