namespace Exeat.Policy;

/// <summary>What has been read of a policy's documents so far, before references are resolved.</summary>
internal sealed class PolicyDraft
{
    public (Mode Value, SourceLocation Where)? Mode { get; set; }

    public (DateTimeOffset Value, SourceLocation Where)? MonitorUntil { get; set; }

    public (RuleAction Value, SourceLocation Where)? Default { get; set; }

    public Dictionary<string, SmartGroup> SmartGroups { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, WebGroup> WebGroups { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of the groups that packs declare.</summary>
    public HashSet<string> GroupsOfPacks { get; } = new(StringComparer.Ordinal);

    public List<Rule> Rules { get; } = [];

    public List<PolicyTest> Tests { get; } = [];

    /// <summary>Every use of a name, to be found in the declarations once all is read.</summary>
    public List<NameUse> Uses { get; } = [];
}

/// <summary>A group or rule named somewhere.</summary>
internal readonly record struct NameUse(NameUseKind Kind, string Name, SourceLocation Where);

/// <summary>What a used name must be.</summary>
internal enum NameUseKind : byte
{
    SmartGroup,
    WebGroup,
    Rule,
}
