using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>What an honest client does: asks for a name, and goes where the answer leads. Several names: one after another, until one answers.</summary>
internal sealed record Trial
{
    /// <summary>As <see cref="VerifyCheck.Id"/>.</summary>
    public required string Id { get; init; }

    public required string Title { get; init; }

    public required int Family { get; init; }

    public required ProbeKind Kind { get; init; }

    /// <summary>0: the question alone.</summary>
    public required ushort Port { get; init; }

    public required ImmutableArray<DomainName> Names { get; init; }

    /// <summary>The rule that has to permit one of the names; null: whatever the evaluator says is what has to come.</summary>
    public string? Rule { get; init; }
}
