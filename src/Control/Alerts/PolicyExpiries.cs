using Exeat.Control.Flows;
using Exeat.Policy;

namespace Exeat.Control.Alerts;

/// <summary>Rules and patterns of the policies in force that end soon.</summary>
internal sealed class PolicyExpiries(PoliciesInForce policies) : IExpiries
{
    public IEnumerable<NearExpiry> Within(TimeSpan span, DateTimeOffset now) => policies.All().SelectMany(policy => Of(policy, span, now));

    /// <summary>Of one policy. A pattern that several rules use ends once.</summary>
    public static IEnumerable<NearExpiry> Of(Policy.Policy policy, TimeSpan span, DateTimeOffset now)
    {
        string version = policy.Version[..Math.Min(12, policy.Version.Length)];
        foreach (Rule rule in policy.Rules)
            if (IsNear(rule.Expires)) yield return new NearExpiry(version, $"rule {rule.Name}", rule.Expires!.Value, rule.Owner);
        foreach (WebGroup group in policy.WebGroups.Values.OrderBy(group => group.Name, StringComparer.Ordinal))
            foreach (NameEntry entry in group.Entries)
                if (IsNear(entry.Expires)) yield return new NearExpiry(version, $"{entry.Pattern} of webGroup {group.Name}", entry.Expires!.Value, entry.Owner);

        bool IsNear(DateTimeOffset? ends) => ends is { } end && end > now && end - now <= span;
    }
}
