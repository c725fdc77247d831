namespace Exeat.Gateway.Bindings;

/// <summary>Sizes and lives of bindings. A full table refuses the newcomer and never evicts the living (I10).</summary>
public sealed record BindingLimits
{
    /// <summary>Bindings of one agent. 4,096: a browser's day has some hundred names with a few addresses each.</summary>
    public int PerAgent { get; init; } = 4096;

    /// <summary>Live addresses of one name of one agent. 256: content networks rotate a few addresses per answer, a binding lives 420 s.</summary>
    public int AddressesPerName { get; init; } = 256;

    /// <summary>Live names of one address of one agent. 256: shared front ends carry many names; each packet's decision walks them.</summary>
    public int NamesPerAddress { get; init; } = 256;

    /// <summary>Bindings of all agents together. 131,072: about 30 MiB.</summary>
    public int Total { get; init; } = 131_072;

    /// <summary>A binding lives at least so long: clients keep addresses longer than a TTL of a few seconds says.</summary>
    public TimeSpan Least { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>A binding never lives longer without a new answer.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromHours(24);

    /// <summary>New flows are still let in so long after the end. Two minutes: a stub resolver keeps the answer for its TTL, and what asks the stub (a browser for one minute, Java for half of one) keeps it from then on.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(120);
}
