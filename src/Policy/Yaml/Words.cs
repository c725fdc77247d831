using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>The words that a key may have, with what they mean. The JSON Schema lists the same ones; a test compares the two.</summary>
internal sealed record Words<T>(ImmutableArray<(string Word, T Value)> All);

/// <summary>All tables of words.</summary>
internal static class Words
{
    public static readonly Words<Mode> Mode = new([("enforce", Exeat.Policy.Mode.Enforce), ("monitor", Exeat.Policy.Mode.Monitor)]);

    public static readonly Words<RuleMode> RuleMode =
        new([("enforce", Exeat.Policy.RuleMode.Enforce), ("monitor", Exeat.Policy.RuleMode.Monitor), ("off", Exeat.Policy.RuleMode.Off)]);

    public static readonly Words<RuleAction> Action = new([("permit", RuleAction.Permit), ("deny", RuleAction.Deny)]);

    public static readonly Words<RuleLog> Log = new([("each", RuleLog.Each), ("counted", RuleLog.Counted)]);

    public static readonly Words<Proof> Proof = new([("dns", Exeat.Policy.Proof.Dns)]);

    public static readonly Words<NameTier> NameTier = new(
    [
        ("core", Exeat.Policy.NameTier.Core), ("class", Exeat.Policy.NameTier.Class), ("site", Exeat.Policy.NameTier.Site), ("exception", Exeat.Policy.NameTier.Exception),
    ]);

    public static readonly Words<bool> Flag = new([("true", true), ("false", false)]);
}
