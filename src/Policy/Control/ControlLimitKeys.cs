using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>The keys of control's <c>limits</c> with their ranges.</summary>
internal static class ControlLimitKeys
{
    public static readonly ImmutableArray<(string Key, int Min, int Max, Func<ControlLimits, int, ControlLimits> With)> All =
    [
        ("requests", 1, 10_000, (limits, value) => limits with { Requests = value }),
        ("loginsPerMinute", 1, 1000, (limits, value) => limits with { LoginsPerMinute = value }),
        ("sessionMinutes", 5, 43_200, (limits, value) => limits with { SessionMinutes = value }),
        ("sessionIdleMinutes", 1, 43_200, (limits, value) => limits with { SessionIdleMinutes = value }),
    ];
}
