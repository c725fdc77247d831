using System.CommandLine;
using System.Text;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat flows tail</c>: the last events, one line each, and with <c>--follow</c> those that come; of a journal, or of a control.</summary>
internal static class FlowsTail
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        Option<string?> journal = JournalOption.Create();
        Option<string?> control = ControlOption.Create();
        Option<bool> follow = new("--follow", "-f") { Description = "go on with events as they come, until interrupted" };
        Option<int> lines = new("--lines", "-n") { Description = "how many of the last events", HelpName = "N", DefaultValueFactory = _ => 10 };
        lines.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0) result.AddError("--lines takes a number from 0");
        });
        var command = new Command("tail", "the last events (with --json: as recorded)") { journal, control, follow, lines };
        ControlOption.RefuseBoth(command, journal, control);
        command.SetAction((parsed, cancellation) => ControlOption.IsGiven(parsed, control)
            ? RunAsync(ControlOption.Open(parsed, control), parsed.GetValue(lines), parsed.GetValue(follow), CommandOutput.Of(parsed), cancellation)
            : RunAsync(JournalOption.Open(parsed.GetValue(journal)), parsed.GetValue(lines), parsed.GetValue(follow), CommandOutput.Of(parsed), cancellation));
        return command;
    }

    // Of a control: the last flows, then events as they come in there, of all gateways.
    private static async Task<int> RunAsync(ControlFlows control, int lines, bool follow, CommandOutput output, CancellationToken cancellation)
    {
        var columns = new EventColumns(output);
        var read = new EventLines();
        if (lines > 0)
        {
            Page<FlowForm> last = await control.Api.ListAsync(new FlowFilterForm(), Math.Min(lines, 1000), null, cancellation);
            foreach (FlowForm flow in last.Items.Reverse())
            {
                if (output.AsJson) output.Data.WriteLine(System.Text.Json.JsonSerializer.Serialize(flow, FlowsJson.Default.FlowForm));
                else columns.Write(flow.ToSummary().Decision);
            }
        }
        if (!follow) return ExitCode.Done;
        await foreach ((byte[]? line, long lost) in control.Api.TailAsync(new FlowFilterForm(), cancellation))
        {
            if (line is null) output.Tell($"{lost} events were lost: they came faster than they were taken", LogLevel.Warning);
            else if (output.AsJson) output.Data.WriteLine(Encoding.UTF8.GetString(line));
            else if (read.TryRead(line, out FlowEvent? known)) columns.Write(known);
        }
        throw new CommandFailure(ExitCode.EnvironmentLacks, "flows tail: control ended the tail (it stops, or the login ended); start it again");
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
