using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>What a person asked <c>exeat init</c> for.</summary>
internal sealed record InitWish
{
    /// <summary>A pack below classes/.</summary>
    public required string Class { get; init; }

    /// <summary>A pack below runtimes/; null: none.</summary>
    public required string? Runtime { get; init; }

    /// <summary>Known models, and names of hosts.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>Packs below channels/, some with the value that the pack needs: <c>matrix=chat.corp.example</c>.</summary>
    public ImmutableArray<string> Channels { get; init; } = [];

    /// <summary>Addresses of the resolvers that agents ask.</summary>
    public required ImmutableArray<string> Resolvers { get; init; }

    /// <summary>Where the machines are; null: the packs' default.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the providers' sign-in is permitted as well: for subscriptions instead of keys.</summary>
    public bool SignIn { get; init; }

    /// <summary>Who answers for the approvals; null: to be filled in.</summary>
    public string? Owner { get; init; }

    /// <summary>Why the approvals are given; null: to be filled in.</summary>
    public string? Why { get; init; }

    /// <summary>The policy's mode.</summary>
    public Mode Mode { get; init; } = Mode.Monitor;

    /// <summary>The day of writing, and the day at whose end monitor ends.</summary>
    public required DateOnly Today { get; init; }

    /// <inheritdoc cref="Today"/>
    public required DateOnly MonitorUntil { get; init; }
}
