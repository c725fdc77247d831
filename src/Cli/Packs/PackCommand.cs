using System.CommandLine;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat pack</c>: the packs of this release, and how a folder's own differ from them.</summary>
internal static class PackCommand
{
    public static Command Create() => new("pack", "list the policy packs of this release, and compare a folder with them") { List(), Show(), Update() };

    private static Command List()
    {
        var command = new Command("list", "the packs of this release, with versions");
        command.SetAction(parsed => WriteList(CommandOutput.Of(parsed)));
        return command;
    }

    private static Command Show()
    {
        Argument<string> name = new("PACK") { Description = "a pack's name, such as classes/coding" };
        var command = new Command("show", "one pack: its parameters, and its documents") { name };
        command.SetAction(parsed => WritePack(parsed.GetRequiredValue(name), CommandOutput.Of(parsed)));
        return command;
    }

    private static Command Update()
    {
        Option<string> folder = new("--dir") { Description = "the folder that exeat init wrote: policy/ and packs/ lie in it", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var command = new Command("update", "print how the packs of a folder, and its pins, differ from those of this release, as a diff; nothing is applied. Status 0: nothing differs, 1: something does") { folder };
        HelpWithExamples.Give(command, "exeat pack update > packs.diff    # read it, then in the folder: git apply packs.diff");
        command.SetAction(parsed => PackUpdate.Run(parsed.GetRequiredValue(folder), CommandOutput.Of(parsed)));
        return command;
    }

    private static int WriteList(CommandOutput output)
    {
        var packs = ReleasePacks.All();
        if (output.AsJson)
        {
            ProblemReport.WriteJson(output, json =>
            {
                json.WriteStartArray("packs");
                foreach (PackSummary pack in packs)
                {
                    json.WriteStartObject();
                    json.WriteString("name", pack.Name);
                    json.WriteString("version", pack.Version);
                    json.WriteString("sha256", pack.Sha256);
                    json.WriteString("why", pack.Why);
                    json.WriteStartArray("includes");
                    foreach (string name in pack.Includes) json.WriteStringValue(name);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return ExitCode.Done;
        }
        int width = packs.Max(pack => pack.Name.Length);
        foreach (PackSummary pack in packs) output.Data.WriteLine($"{pack.Name.PadRight(width)}  {pack.Version,-7}  {pack.Sha256[..12]}  {pack.Why}");
        output.Tell($"{packs.Length} packs in {ReleasePacks.Folder}; exeat init writes a folder that uses them, exeat pack show PACK prints one");
        return ExitCode.Done;
    }

    private static int WritePack(string name, CommandOutput output)
    {
        var packs = ReleasePacks.All();
        PackSummary pack = packs.FirstOrDefault(pack => pack.Name == name)
            ?? throw new CommandFailure(ExitCode.InputWrong, $"there is no pack {Flows.TerminalText.Escape(name)}; {Nearest.Remedy(name, [.. packs.Select(pack => pack.Name)])}");
        foreach (PackParameter parameter in pack.Parameters)
            output.Tell($"{parameter.Name}: {parameter.Why ?? "(not said what for)"}; {(parameter.Default is { } standard ? "default " + standard : "must be given")}");
        foreach ((string path, string text) in ReleasePacks.Files(ReleasePacks.Folder, name)) output.Data.Write($"# packs/{path}\n{text}");
        return ExitCode.Done;
    }
}
