namespace Exeat.Linux;

/// <summary>Something of the kernel that Exeat uses: whether it is there and, if not, what to do.</summary>
public sealed record KernelFeature
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it works here, tried out and not read from a version number.</summary>
    public required bool IsFound { get; init; }

    /// <summary>Whether the gateway cannot do without it.</summary>
    public required bool IsRequired { get; init; }

    /// <summary>Which kind was found, or what the kernel said.</summary>
    public string Detail { get; init; } = "";

    /// <summary>What a person can do about its absence.</summary>
    public string Remedy { get; init; } = "";
}
