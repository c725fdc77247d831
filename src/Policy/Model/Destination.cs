using System.Globalization;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Where an imagined attempt goes, as written in a policy test or after <c>explain --to</c>.</summary>
public sealed record Destination
{
    /// <summary>https, http, tcp, udp, icmp or dns.</summary>
    public required DestinationScheme Scheme { get; init; }

    /// <summary>The name that is asked for; null when an address is used directly.</summary>
    public DomainName? Name { get; init; }

    /// <summary>The address that is used directly, or the one that the name is bound to; <c>default</c>: a documentation address stands in for it.</summary>
    public Address Address { get; init; }

    /// <summary>The port; 0 for icmp and dns.</summary>
    public ushort Port { get; init; }

    /// <summary>What the client's hello names in place of <see cref="Name"/>; null: an honest client.</summary>
    public DomainName? Sni { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string host = Name?.Text ?? (Address.IsV6 ? $"[{Address}]" : Address.ToString());
        string port = Port == 0 || (Scheme == DestinationScheme.Https && Port == 443) || (Scheme == DestinationScheme.Http && Port == 80) ? "" : ":" + Port.ToString(CultureInfo.InvariantCulture);
        return $"{Scheme.ToString().ToLowerInvariant()}://{host}{port}";
    }
}
