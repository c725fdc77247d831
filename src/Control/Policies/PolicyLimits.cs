namespace Exeat.Control.Policies;

/// <summary>Sizes and times of this area.</summary>
internal static class PolicyLimits
{
    /// <summary>Monitor lasts at most so long at a time: a week has all weekly jobs in it. Who needs more says so again.</summary>
    public static readonly TimeSpan Monitor = TimeSpan.FromDays(7);

    /// <summary>A break-glass permit: an hour to mend the policy itself.</summary>
    public static readonly TimeSpan BreakGlass = TimeSpan.FromMinutes(60);

    /// <summary>A change waits so long for its second person: until the same time tomorrow.</summary>
    public static readonly TimeSpan Approval = TimeSpan.FromHours(24);

    /// <summary>A break-glass waits no longer than it would last.</summary>
    public static readonly TimeSpan BreakGlassApproval = TimeSpan.FromMinutes(60);

    /// <summary>Windows open at once, of all gateways: each is loaded with its policy.</summary>
    public const int Windows = 100;

    /// <summary>Changes that wait at once: each has up to <see cref="Sentences"/> sentences.</summary>
    public const int Waiting = 200;

    /// <summary>Classes, agents, gateways, names, prefixes or ports in one window.</summary>
    public const int WindowEntries = 20;

    /// <summary>Nobody breaks the glass for half of the world: a prefix has at least so many bits, of IPv4 and IPv6.</summary>
    public const int MinBits4 = 16, MinBits6 = 32;

    /// <summary>What a change newly permits is said in at most so many sentences; the rest is counted.</summary>
    public const int Sentences = 200;

    /// <summary>So many pairs of versions are compared for one change, all of them together as much as one may be: up to half a minute.</summary>
    public const int Comparisons = 8;

    /// <summary>What a change does is found out within this time, or the change is refused: twice what its comparisons take, and well before whoever asks gives up.</summary>
    public static readonly TimeSpan Planning = TimeSpan.FromMinutes(1);

    /// <summary>A reason or message: one line for people.</summary>
    public const int TextLength = 500;
}
