using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>What one agent may write into the journal. Beyond it its refusals are counted, and at the end its permits stop; other agents do not notice (I5, I10).</summary>
internal sealed record RecordLimits
{
    /// <summary>No agent may write more than this part of the journal within <see cref="Window"/>, however few agents there are. A quarter: an agent at its full rate of new flows
    /// works for ten minutes, and one that floods needs a day to turn the journal over.</summary>
    public const int LeastShares = 4;

    /// <summary>Bytes of one agent at once; they come back over <see cref="Window"/>.</summary>
    public required long ShareBytes { get; init; }

    /// <summary>The time in which a whole share comes back. Six hours: a busy agent that used its share up still makes several connections a second.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Refusals per second and agent that have a record each.</summary>
    public required int DenialsPerSecond { get; init; }

    /// <summary>Such refusals at once, on top of the rate.</summary>
    public required int DenialsBurst { get; init; }

    /// <summary>Different refusals of one agent that are counted apart between two flushes; more share a count by rule and reason. 256: more is a scan, whose single ports say nothing.</summary>
    public int Tallies { get; init; } = 256;

    /// <summary>How long a repeated refusal waits for its count to be written.</summary>
    public TimeSpan FlushEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same once the share is used up: a few lines a minute are all that is left to such an agent.</summary>
    public TimeSpan FlushExhaustedEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The limits of a gateway with this journal and so many declared agents.</summary>
    public static RecordLimits Of(long journalBytes, int agents, GatewayLimits limits) => new()
    {
        ShareBytes = journalBytes / Math.Max(LeastShares, agents),
        DenialsPerSecond = limits.DenialsPerSecond,
        DenialsBurst = limits.DenialsBurst,
    };
}
