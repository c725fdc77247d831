using System.Collections.Immutable;

namespace Exeat.Cli;

/// <summary>What somebody asked of the lab.</summary>
internal sealed record LabWish(bool Json, bool Keep, bool Quiet, bool Sabotage, string? Phase, bool Control, ImmutableArray<string> Agents)
{
    /// <summary>The same wish as arguments, for the command inside.</summary>
    public IEnumerable<string> Arguments =>
    [
        .. Keep ? ["--keep"] : (string[])[],
        .. Sabotage ? ["--sabotage"] : (string[])[],
        .. Phase is null ? (string[])[] : ["--phase", Phase],
        .. Agents.SelectMany(a => (string[])["--agents", a]),
    ];
}
