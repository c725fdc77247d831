namespace Exeat.Gateway.Judging;

/// <summary>How much of the flow table one agent uses (I10).</summary>
internal sealed class AgentUse
{
    /// <summary>Of an entry that no agent uses.</summary>
    public static readonly AgentUse None = new();

    public int Flows { get; set; }

    public int Pending { get; set; }

    /// <summary>Hellos over QUIC that went out, as long as they are remembered.</summary>
    public int Hellos { get; set; }

    /// <summary>Bytes of buffers for what is held or not yet acknowledged.</summary>
    public int HeldBytes { get; set; }
}
