using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Names of what decides when no written rule does.</summary>
public static class ReservedRuleNames
{
    /// <summary>The default, when it denies.</summary>
    public const string DefaultDeny = "default-deny";

    /// <summary>The default, when it permits (monitor only).</summary>
    public const string DefaultPermit = "default-permit";

    /// <summary>The built-in first rule for quarantined agents.</summary>
    public const string Quarantine = "quarantine";

    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<string> All = [DefaultDeny, DefaultPermit, Quarantine];
}
