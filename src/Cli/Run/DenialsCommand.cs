using System.CommandLine;
using Exeat.Flows;
using Exeat.Run.Network;

namespace Exeat.Cli;

/// <summary><c>exeat denials</c>: what is refused, or would be, in the runs of this person that go on now, or by the gateway whose journal is named; with <c>--follow</c> as it comes.</summary>
internal static class DenialsCommand
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        Option<string?> journal = new("--journal") { Description = "a gateway's journal directory (default: the runs of exeat run that go on now)", HelpName = "DIR" };
        Option<bool> follow = new("--follow", "-f") { Description = "go on with denials as they come, of runs that begin later too, until interrupted" };
        var command = new Command("denials", "what was refused, or would have been, one line each: rule, reason and denial id (with --json: as recorded)") { journal, follow };
        HelpWithExamples.Give(command, "exeat denials --follow", "exeat denials --follow --journal /var/lib/exeat/journal --json");
        command.SetAction((parsed, stop) => RunAsync(parsed.GetValue(journal), parsed.GetValue(follow), CommandOutput.Of(parsed), stop));
        return command;
    }

    private static async Task<int> RunAsync(string? journal, bool follow, CommandOutput output, CancellationToken stop)
    {
        var line = new DenialLine(output);
        Dictionary<string, JournalReader> readers = [];
        bool told = false;
        while (true)
        {
            if (journal is not null)
            {
                if (readers.Count == 0) readers[journal] = JournalOption.Open(journal);
            }
            else
            {
                foreach (RunFolder run in RunFolder.Running(RunFolder.Root(RunGround.IsRealRoot)))
                {
                    string path = Path.Combine(run.Path, RunFolder.Journal);
                    if (Directory.Exists(path)) readers.TryAdd(path, new JournalReader(path));
                }
                if (readers.Count == 0 && !follow) throw new CommandFailure(ExitCode.InputWrong, "denials: no run of yours goes on now; start one with exeat run, wait for one with --follow, or name a gateway's journal with --journal DIR");
                if (readers.Count == 0 && !told) output.Tell("denials: waiting for a run of yours; a gateway's journal: --journal DIR");
                told = true;
            }
            foreach ((string path, JournalReader reader) in readers.ToArray())
            {
                if (Directory.Exists(path)) foreach (FlowEvent read in reader.Read()) line.Write(read);
                else readers.Remove(path);
            }
            if (!follow || stop.IsCancellationRequested) return ExitCode.Done;
            await Task.Delay(LookAgain, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
