using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>What the wish comes to: which packs, which names for the models, which approvals. Made from the packs, which hold the deny lists.</summary>
internal sealed record InitPlan
{
    public required InitWish Wish { get; init; }

    /// <summary>Names that the models need, each with what was typed for it.</summary>
    public required ImmutableArray<(string Name, string For)> ModelNames { get; init; }

    /// <summary>Ranges of private addresses that these names may have.</summary>
    public required ImmutableArray<string> ModelCidrs { get; init; }

    public required ImmutableArray<Approval> Approvals { get; init; }

    /// <summary>The packs to include, with what is passed on to each besides the class's parameters.</summary>
    public required ImmutableArray<(PackSummary Pack, string? Parameter, string? Value)> Packs { get; init; }

    /// <summary>All packs that have to lie in the folder, included ones of included ones too.</summary>
    public required ImmutableArray<PackSummary> Vendored { get; init; }

    public string Agent => $"{Wish.Class}-1";

    public static InitPlan Make(InitWish wish, ImmutableArray<PackSummary> packs, PackReading reading)
    {
        PackSummary type = Chosen("--class", "classes", wish.Class, packs);
        PackSummary? runtime = wish.Runtime is { } written ? Chosen("--runtime", "runtimes", written, packs) : null;
        var included = ImmutableArray.CreateBuilder<(PackSummary, string?, string?)>();
        included.Add((type, null, null));
        // A class without names for the runtime (regulated data) has none by way of the runtime's pack either.
        bool hasOwnNames = type.Parameters.FirstOrDefault(parameter => parameter.Name == "core")?.Default != "[]";
        if (runtime is not null) included.Add(hasOwnNames || runtime.Parameters.All(parameter => parameter.Name != "runtime") ? (runtime, null, null) : (runtime, "runtime", "off"));
        foreach (string channel in wish.Channels) included.Add(Channel(channel, packs));
        ImmutableArray<NameEntry> denied = reading.Denied(type);
        var approvals = new List<Approval>();
        var names = ImmutableArray.CreateBuilder<(string, string)>();
        var cidrs = new List<string>();
        foreach (string model in wish.Models)
        {
            (ImmutableArray<string> hosts, ImmutableArray<string> ranges) = KnownModel.Of(model, wish.SignIn, wish.Region);
            cidrs.AddRange(ranges);
            foreach (string name in hosts.Where(host => names.All(other => other.Item1 != host)))
            {
                names.Add((name, $"--model {model}"));
                Approve(name, $"--model {model}", isModel: true, denied, approvals);
            }
        }
        foreach ((PackSummary pack, string? parameter, string? value) in included.Where(item => item.Item1.Name.StartsWith("channels/", StringComparison.Ordinal)).ToArray())
            foreach (string name in reading.Names(pack, parameter, value)) Approve(name, $"--channel {pack.Name["channels/".Length..]}", isModel: false, denied, approvals);
        string[] all = [.. included.SelectMany(item => item.Item1.Includes.Prepend(item.Item1.Name)).Distinct().Order(StringComparer.Ordinal)];
        return new InitPlan
        {
            Wish = wish,
            ModelNames = names.ToImmutable(),
            ModelCidrs = [.. cidrs.Distinct()],
            Approvals = [.. approvals],
            Packs = included.ToImmutable(),
            Vendored = [.. packs.Where(pack => all.Contains(pack.Name))],
        };
    }

    private static PackSummary Chosen(string option, string folder, string written, ImmutableArray<PackSummary> packs) =>
        packs.FirstOrDefault(pack => pack.Name == $"{folder}/{written}")
        ?? throw new CommandFailure(ExitCode.InputWrong, $"{option}: there is no {Flows.TerminalText.Escape(written)}; {Nearest.Remedy(written, packs.Below(folder))}");

    private static (PackSummary, string?, string?) Channel(string written, ImmutableArray<PackSummary> packs)
    {
        string[] parts = written.Split('=', 2);
        PackSummary pack = Chosen("--channel", "channels", parts[0], packs);
        PackParameter? needed = pack.Parameters.FirstOrDefault(parameter => parameter.Default is null);
        if (needed is null && parts.Length == 1) return (pack, null, null);
        if (needed is null) throw new CommandFailure(ExitCode.InputWrong, $"--channel: {parts[0]} takes no value; write --channel {parts[0]}");
        if (parts.Length == 1) throw new CommandFailure(ExitCode.InputWrong, $"--channel: {parts[0]} needs {needed.Why}; write --channel {parts[0]}=chat.corp.example");
        return (pack, needed.Name, HostName.Of("--channel", parts[1]));
    }

    private static void Approve(string name, string wanted, bool isModel, ImmutableArray<NameEntry> denied, List<Approval> approvals)
    {
        if (!NamePattern.TryParse(name, out NamePattern? pattern, out _)) return;
        foreach (NameEntry entry in denied.Where(entry => entry.Pattern.Covers(pattern)))
        {
            if (entry.Provider is not { } provider)
                throw new CommandFailure(ExitCode.InputWrong, $"{wanted}: {name} is denied as {entry.Pattern} of {entry.Group}, which nobody can approve from here; choose another");
            if (!approvals.Any(other => other.Provider == provider)) approvals.Add(new Approval(provider, wanted, isModel));
        }
    }
}
