using System.CommandLine;
using System.Text;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat flows tail</c>: the last events, one line each, and with <c>--follow</c> those that come.</summary>
internal static class FlowsTail
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        Option<string?> journal = JournalOption.Create();
        Option<bool> follow = new("--follow", "-f") { Description = "go on with events as they come, until interrupted" };
        Option<int> lines = new("--lines", "-n") { Description = "how many of the last events", HelpName = "N", DefaultValueFactory = _ => 10 };
        lines.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0) result.AddError("--lines takes a number from 0");
        });
        var command = new Command("tail", "the last events (with --json: as recorded)") { journal, follow, lines };
        command.SetAction((parsed, cancellation) => RunAsync(
            JournalOption.Open(parsed.GetValue(journal)), parsed.GetValue(lines), parsed.GetValue(follow), CommandOutput.Of(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(JournalReader reader, int lines, bool follow, CommandOutput output, CancellationToken cancellation)
    {
        var columns = new EventColumns(output);
        reader.SkipToLast(Math.Max(1, lines));
        List<FlowEvent> written = [.. reader.Read()];
        foreach (FlowEvent read in written.SkipLast(lines)) columns.Remember(read);
        foreach (FlowEvent read in written.TakeLast(lines)) Write(read);
        if (follow)
            await foreach (FlowEvent read in reader.FollowAsync(TimeProvider.System, LookAgain, cancellation)) Write(read);
        JournalOption.TellCorrupt(reader, output);
        return ExitCode.Done;

        void Write(FlowEvent read)
        {
            if (output.AsJson) output.Data.WriteLine(Encoding.UTF8.GetString(read.Raw.Span));
            else columns.Write(read);
        }
    }
}
