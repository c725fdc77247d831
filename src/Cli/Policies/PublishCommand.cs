using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy publish</c>: gives a policy to control, which checks and tests it again.</summary>
internal static class PublishCommand
{
    public static Command Create()
    {
        Argument<string> path = new("PATH") { Description = "a policy: a file, or a folder of *.yaml files" };
        Option<string> name = new("--name") { Description = "the policy's name on control", HelpName = "NAME", Required = true };
        Option<string> message = new("--message", "-m") { Description = "what changed and why, one line", HelpName = "TEXT", Required = true };
        Option<string?> agents = new("--agents") { Description = "an agents document that the policy's tests are run with (default: those of the gateways that have the policy)", HelpName = "FILE" };
        Option<string?> packs = PolicyInput.PacksOption(), control = ControlAccess.Option();
        Option<string?> parent = new("--parent") { Description = "the version that this one changes; refused when another was published since", HelpName = "VERSION" };
        Option<string?> assign = new("--assign") { Description = "assign it at once: gateway:ID, class:CLASS or default", HelpName = "TARGET" };
        Option<bool> dry = new("--dry-run") { Description = "only check and test; nothing is kept" };
        var command = new Command("publish", "check, test and publish a version on control") { path, name, message, agents, packs, parent, assign, dry, control };
        command.SetAction((parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            var publication = new PolicyPublication
            {
                Upload = Upload(parsed.GetRequiredValue(path), parsed.GetValue(packs), parsed.GetValue(agents), output),
                Message = parsed.GetRequiredValue(message),
                Parent = parsed.GetValue(parent),
                Assign = parsed.GetValue(assign) is { } target ? TargetText.Read(target) : null,
                DryRun = parsed.GetValue(dry),
            };
            return ControlAccess.RunAsync(parsed.GetValue(control), output, async client => Tell(await client.PublishAsync(parsed.GetRequiredValue(name), publication, cancel), output));
        });
        return command;
    }

    /// <summary>The files that are part of the policy, and of the packs that it includes: what the version is made of, and nothing else of the folder.</summary>
    public static PolicyUpload Upload(string path, string? packs, string? agents, CommandOutput output)
    {
        LoadResult loaded = PolicyLoader.Load(path, PolicyInput.Options(packs));
        foreach (Problem problem in loaded.Problems.Where(problem => problem.Severity == Severity.Error)) output.Tell(ProblemReport.Line(problem), LogLevel.Error);
        if (loaded.Policy is null) throw new CommandFailure(ExitCode.InputWrong, ProblemReport.Summary(loaded.Problems, null));
        const string Packs = "packs/";
        ILookup<bool, LoadedFile> files = loaded.Files.ToLookup(file => file.Name.StartsWith(Packs, StringComparison.Ordinal));
        return new PolicyUpload
        {
            Files = files[false].ToImmutableDictionary(file => file.Name, file => Text(file.Shown)),
            Packs = files[true].ToImmutableDictionary(file => file.Name[Packs.Length..], file => Text(file.Shown)),
            Agents = agents is null ? null : ImmutableDictionary<string, string>.Empty.Add("agents.yaml", Text(agents)),
        };
    }

    private static string Text(string file)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new CommandFailure(ExitCode.InputWrong, $"{file} cannot be read: {e.Message.TrimEnd('.')}; check the path and its permissions");
        }
    }

    private static int Tell(PublishResult result, CommandOutput output)
    {
        if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(result, PoliciesJson.Default.PublishResult));
        else output.Data.WriteLine(result.Version);
        foreach (DocumentProblem warning in result.Warnings) output.Tell(ControlAccess.Line(warning), LogLevel.Warning);
        output.Tell(result.Entry is null ? $"nothing is wrong, {result.TestsHeld} tests held; not published (--dry-run)" : result.Existed ? $"this content is version {result.Entry.Number} already" : $"published as version {result.Entry.Number}, {result.TestsHeld} tests held");
        if (result.Assignment is { } change) ChangeText.Tell(change, output);
        if (result.NotAssigned is not { } why) return ExitCode.Done;
        output.Tell(Flows.TerminalText.Escape($"published, and not assigned: {why}"), LogLevel.Error);
        return ExitCode.ExpectationFailed;
    }
}
