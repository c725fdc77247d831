using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Management;

/// <summary>Where metrics may be served: on one address that is no agent's way to us. Whatever the kernel's rules refuse anyway is refused in the document first.</summary>
internal static class MetricsAddress
{
    /// <summary>Throws <see cref="GatewayFailure"/> for a wildcard, an address that agents use as resolver, or one of an inside interface.</summary>
    public static void Require(GatewayDocument gateway, LinkTable links)
    {
        if (gateway.Management.Metrics is not { } metrics) return;
        var inside = links.Links().Where(l => gateway.Inside.Contains(l.Name)).ToDictionary(l => l.Index, l => l.Name);
        IEnumerable<(Address, string)> own = links.Addresses().Where(a => inside.ContainsKey(a.Interface)).Select(a => (a.IsV6 ? Address.V6(a.Bits) : Address.V4((uint)a.Bits), inside[a.Interface]));
        if (Problem(metrics.Address, gateway.Dns.Intercept, own) is { } problem) throw new GatewayFailure(2, $"management.metrics: {problem}");
    }

    internal static string? Problem(Address metrics, IReadOnlyList<Address> intercepts, IEnumerable<(Address Address, string Interface)> inside)
    {
        if (metrics.ToIPAddress().IsIPv4MappedToIPv6) return $"{metrics} is an IPv4 address in IPv6's clothes; write it as IPv4";
        if (metrics.Bits == 0) return $"{metrics} is every address, also those that agents reach; write one address of the management side, or 127.0.0.1";
        if (intercepts.Contains(metrics)) return $"{metrics} is a resolver address of agents; write an address of the management side";
        foreach ((Address address, string name) in inside)
            if (address == metrics) return $"{metrics} belongs to {name}, which is inside; write an address of the management side";
        return null;
    }
}
