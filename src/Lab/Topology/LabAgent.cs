namespace Exeat.Lab.Topology;

/// <summary>One contained workload of the lab: its own namespace, link and addresses.</summary>
/// <param name="Id">Its id in the agents document, and the name of its namespace.</param>
/// <param name="Class">Its agent class.</param>
/// <param name="Number">1 to 5; decides link and addresses.</param>
public sealed record LabAgent(string Id, string Class, int Number)
{
    /// <summary>The gateway's side of its link.</summary>
    public string GatewayLink => $"ag-{Number}";

    /// <summary>Its IPv4 address, of a /30 that it shares with the gateway only.</summary>
    public string Address4 => $"192.0.2.{(4 * Number) + 2}";

    /// <summary>The gateway's IPv4 address on the link.</summary>
    public string Gateway4 => $"192.0.2.{(4 * Number) + 1}";

    /// <summary>Its IPv6 address, of a /64 that it shares with the gateway only.</summary>
    public string Address6 => $"2001:db8:a:{Number}::2";

    /// <summary>The gateway's IPv6 address on the link.</summary>
    public string Gateway6 => $"2001:db8:a:{Number}::1";

    /// <summary>Its hardware address.</summary>
    public string Mac => $"02:00:00:00:0a:{Number:x2}";

    /// <summary>The gateway's hardware address on the link.</summary>
    public string GatewayMac => $"02:00:00:00:09:{Number:x2}";

    /// <summary>Its address in a family (4 or 6).</summary>
    public string Address(int family) => family == 4 ? Address4 : Address6;
}
