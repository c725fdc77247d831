namespace Exeat.Gateway.Bindings;

/// <summary>Sizes and lives of bindings. A full table refuses the newcomer and never evicts the living (I10).</summary>
public sealed record BindingLimits
{
    /// <summary>Bindings of one agent. 16,384: twenty names of content stores, which give eight other addresses every five seconds (672 each that live), beside a browser's day of some hundred names with a few.</summary>
    public int PerAgent { get; init; } = 16_384;

    /// <summary>Live addresses of one name of one agent. 256: content networks rotate a few addresses per answer, a binding lives 420 s.</summary>
    public int AddressesPerName { get; init; } = 256;

    /// <summary>Live names of one address of one agent. 512: all that may be asked for below one zone (500), which may share a front end; the decision on a flow's first packet walks them.</summary>
    public int NamesPerAddress { get; init; } = 512;

    /// <summary>Bindings of all agents together. 262,144: about 120 MiB (486 bytes each), 8 of them for one agent.</summary>
    public int Total { get; init; } = 262_144;

    /// <summary>With half of the book taken, who has so many gets no other; fewer with more than 32 agents, so that all have as many. 4,096: six names of content stores.</summary>
    public int Share { get; init; } = 4096;

    /// <summary>A binding lives at least so long: clients keep addresses longer than a TTL of a few seconds says.</summary>
    public TimeSpan Least { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>A binding never lives longer without a new answer.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromHours(24);

    /// <summary>New flows are still let in so long after the end. Two minutes: a stub resolver keeps the answer for its TTL, and what asks the stub (a browser for one minute, Java for half of one) keeps it from then on.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(120);
}
