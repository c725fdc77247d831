using System.CommandLine;
using System.Globalization;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat support-bundle</c>: everything that helps to understand a gateway from afar, listed and redacted before it is written.</summary>
internal static class SupportBundleCommand
{
    private const int MostRecords = 10_000;

    public static Command Create()
    {
        (Option<string?> socket, Option<string?> config) = GatewaySocket.Options();
        Option<string?> to = new("--out") { Description = "the archive to write (default: ./exeat-support-TIME.tar.gz)", HelpName = "FILE" };
        Option<int> records = new("--records") { Description = $"how many of the newest flow records, up to {MostRecords}", HelpName = "N", DefaultValueFactory = _ => 200 };
        Option<bool> policy = new("--with-policy") { Description = "also the policy's files" };
        Option<string[]> redact = new("--redact") { Description = "names: also replace destinations' names by tokens. Labels and what looks like a secret are taken out in any case", HelpName = "names" };
        redact.AcceptOnlyFromAmong("names");
        Option<bool> yes = new("--yes") { Description = "write; without it the list is shown, and on a terminal you are asked" };
        var command = new Command("support-bundle", "collect what helps to understand a gateway; lists and redacts before it writes") { config, socket, to, records, policy, redact, yes };
        command.Validators.Add(result =>
        {
            if (result.GetValue(records) is < 0 or > MostRecords) result.AddError($"--records takes a number up to {MostRecords}");
        });
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetValue(config), parsed.GetValue(socket), parsed.GetValue(to), new BundleWish(parsed.GetValue(records), parsed.GetValue(policy)), parsed.GetValue(redact) is { Length: > 0 },
            parsed.GetValue(yes), CommandOutput.Of(parsed), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string? config, string? socket, string? to, BundleWish wish, bool redactNames, bool yes, CommandOutput output, CancellationToken cancel)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string folder = "exeat-support-" + now.ToString("yyyyMMddTHHmmssZ", CultureInfo.InvariantCulture);
        string path = Path.GetFullPath(to ?? folder + ".tar.gz");
        if (File.Exists(path)) throw new CommandFailure(ExitCode.InputWrong, $"support-bundle: {path} exists, and is not written over; give another with --out");
        GatewayDocument? gateway = config is null ? null : GatewaySocket.Document(config);
        var redaction = new Redaction(redactNames);
        var content = new BundleContent(gateway, config, GatewaySocket.Find(socket ?? gateway?.Management.Socket, null), redaction, wish);
        IReadOnlyList<BundlePart> parts = await content.CollectAsync(cancel);
        bool writes = yes;
        if (output.AsJson) WriteJson(output, path, parts, writes);
        else
        {
            foreach (BundlePart part in parts) output.Data.WriteLine($"{part.Content.Length,9}  {TerminalText.Escape(part.Name),-20} {part.Redacted}".TrimEnd());
            output.Data.WriteLine($"redacted: agents' labels, what looks like a secret{(redactNames ? ", destinations' names" : "; not names of destinations (--redact names)")}; {(wish.WithPolicy ? "with" : "without")} the policy's files");
            writes |= !output.AsJson && !Console.IsInputRedirected && Asked(path, output);
        }
        if (!writes)
        {
            output.Tell($"nothing was written; --yes writes {path}");
            return ExitCode.Done;
        }
        BundleFile.Write(path, folder, parts, now);
        output.Tell($"written: {path} (readable by you only); look into it before you send it");
        return ExitCode.Done;
    }

    private static bool Asked(string path, CommandOutput output)
    {
        output.Tell($"write {path}? [y/N]", LogLevel.Error);
        return Console.In.ReadLine() is "y" or "Y" or "yes";
    }

    private static void WriteJson(CommandOutput output, string path, IReadOnlyList<BundlePart> parts, bool writes) => ProblemReport.WriteJson(output, json =>
    {
        json.WriteNumber("v", 1);
        json.WriteString("file", path);
        json.WriteBoolean("written", writes);
        json.WriteStartArray("parts");
        foreach (BundlePart part in parts)
        {
            json.WriteStartObject();
            json.WriteString("name", part.Name);
            json.WriteNumber("bytes", part.Content.Length);
            if (part.Redacted.Length > 0) json.WriteString("redacted", part.Redacted);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
