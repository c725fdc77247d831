namespace Exeat.Run.Network;

/// <summary>What the documents of a run name: links and addresses as <see cref="ContainedRun"/> makes them.</summary>
public static class RunNetwork
{
    /// <summary>The gateway's link towards the agent.</summary>
    public const string Inside = RunAddresses.GatewayLink;

    /// <summary>The gateway's link towards the world.</summary>
    public const string Outside = RunAddresses.Outside;

    /// <summary>The agent's addresses.</summary>
    public const string Agent4 = RunAddresses.Agent4, Agent6 = RunAddresses.Agent6;

    /// <summary>What the agent asks.</summary>
    public const string Resolver4 = RunAddresses.Resolver4, Resolver6 = RunAddresses.Resolver6;

    /// <summary>What the gateway asks.</summary>
    public const string Upstream4 = RunAddresses.In4, Upstream6 = RunAddresses.In6;

    /// <summary>The host, as far as its ports were permitted.</summary>
    public const string Host4 = RunAddresses.HostPorts4, Host6 = RunAddresses.HostPorts6;
}
