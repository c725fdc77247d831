using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Honest;

/// <summary>What came of one client in one lab, at both ends.</summary>
/// <param name="Client">How it ended and what it said.</param>
/// <param name="Asked">What the server was asked, in order of the text.</param>
/// <param name="From">When it began.</param>
internal sealed record HonestRun(Finished Client, IReadOnlyList<string> Asked, DateTimeOffset From)
{
    /// <summary>All of it that has to be the same with and without a gateway.</summary>
    public string Text => $"status {Client.Status}\n{Client.Output}--\n{Client.Errors}--\n{string.Join('\n', Asked)}\n";
}
