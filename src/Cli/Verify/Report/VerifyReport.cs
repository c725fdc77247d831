using System.Collections.Immutable;

namespace Exeat.Cli.Verify;

/// <summary>What came of a run.</summary>
internal sealed record VerifyReport
{
    public required string Agent { get; init; }

    /// <summary>The policy's version.</summary>
    public required string Policy { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>How every token of the run begins.</summary>
    public required string Run { get; init; }

    public required ImmutableArray<int> Families { get; init; }

    public required int Attempts { get; init; }

    public required ImmutableArray<CheckResult> Results { get; init; }

    /// <summary>False: the far side could not be asked, and a person has to compare.</summary>
    public required bool FarIsCompared { get; init; }

    public int Count(CheckOutcome outcome) => Results.Count(r => r.Outcome == outcome);

    /// <summary>0 all held; 1 something is not as the policy says; 3 nothing is wrong, but not all could be shown.</summary>
    public int Status => Count(CheckOutcome.Failed) > 0 ? ExitCode.ExpectationFailed : Count(CheckOutcome.Inconclusive) > 0 ? ExitCode.EnvironmentLacks : ExitCode.Done;

    public string Summary => $"{Count(CheckOutcome.Held)} held, {Count(CheckOutcome.Failed)} failed, {Count(CheckOutcome.Inconclusive)} inconclusive, {Count(CheckOutcome.NotTested)} not tested";

    public static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Held => "held",
        CheckOutcome.NotTested => "not-tested",
        CheckOutcome.Inconclusive => "inconclusive",
        _ => "failed",
    };
}
