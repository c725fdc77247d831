using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>What has to come of an attempt.</summary>
/// <param name="Permits">Whether it has to get through.</param>
/// <param name="Stage">The moment at which that is decided.</param>
/// <param name="Rule">The rule that the record has to name; empty: any, as the gateway refuses by itself.</param>
/// <param name="Reasons">The reasons that the record may name; empty: any.</param>
internal sealed record Expected(bool Permits, Stage Stage, string Rule, ImmutableArray<Reason> Reasons)
{
    /// <summary>As people read it.</summary>
    public string Text => (Permits ? "permit" : "deny") + (Rule.Length > 0 ? $" by {Rule}" : Reasons.IsEmpty ? "" : $", {string.Join(" or ", Reasons.Select(r => r.Text()))}");
}
