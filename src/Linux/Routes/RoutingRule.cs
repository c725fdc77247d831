namespace Exeat.Linux;

/// <summary>A rule of the routing policy, as far as Exeat cares (<c>ip rule</c>).</summary>
public sealed record RoutingRule
{
    /// <summary>Position: lower is looked at earlier.</summary>
    public uint Preference { get; init; }

    /// <summary>Whether it is a rule of IPv6.</summary>
    public bool IsV6 { get; init; }

    /// <summary>The interface the packet must have come in by; null for any.</summary>
    public string? InInterface { get; init; }

    /// <summary>The mark the packet must have under <see cref="MarkMask"/>.</summary>
    public uint MarkValue { get; init; }

    /// <summary>Which bits of the mark count; 0 for none.</summary>
    public uint MarkMask { get; init; }

    /// <summary>FR_ACT_*: 1 to a table, 6 blackhole, 7 unreachable, 8 prohibit.</summary>
    public byte Action { get; init; }

    /// <summary>Whether the rule drops silently.</summary>
    public bool IsBlackhole => Action == RuleMessages.FR_ACT_BLACKHOLE;

    /// <summary>Whether the interface it names is absent, so that the rule rests (FIB_RULE_IIF_DETACHED).</summary>
    public bool IsDetached { get; init; }

    /// <summary>The table looked up, for action 1.</summary>
    public uint Table { get; init; }
}
