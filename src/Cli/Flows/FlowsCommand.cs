using System.CommandLine;

namespace Exeat.Cli;

/// <summary><c>exeat flows</c>: what agents tried and what became of it.</summary>
internal static class FlowsCommand
{
    public static Command Create() => new("flows", "what agents tried, and what became of it")
    {
        FlowsTail.Create(),
        FlowsQuery.Create(),
        FlowsTop.Create(),
        FlowsExport.Create(),
        FlowsForward.Create(),
    };
}
