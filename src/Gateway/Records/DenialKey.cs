using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>What makes two refusals of one agent the same. The name counts by a hash that is seeded per process, so that nobody can choose a collision.</summary>
internal readonly record struct DenialKey(string? Rule, Reason Reason, Stage Stage, bool Enforced, Address Destination, ushort Port, byte Protocol, ulong Name)
{
    /// <summary>Everything that is the same in a repetition.</summary>
    public static DenialKey Of(in FlowDraft draft) =>
        new(draft.RuleName, draft.Reason, draft.Stage, draft.Enforced, draft.Destination, draft.Port, draft.Protocol, HashOf(draft.ClaimedName));

    /// <summary>Rule, reason and stage only: for an agent that is over its share, or tries too many different things.</summary>
    public static DenialKey Coarse(in FlowDraft draft) => new(draft.RuleName, draft.Reason, draft.Stage, draft.Enforced, default, 0, 0, 0);

    /// <summary>Whether this key tells apart no more than rules and reasons.</summary>
    public bool IsCoarse => !Destination.IsKnown && Name == 0 && Port == 0;

    private static ulong HashOf(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return 0;
        HashCode first = default, second = default;
        first.AddBytes(name);
        second.Add(name.Length);
        second.AddBytes(name);
        return (ulong)(uint)first.ToHashCode() << 32 | (uint)second.ToHashCode();
    }
}
