using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>What packs say once they are read as a policy: small policies that include one pack are written to a folder of ours, and loaded.</summary>
internal sealed class PackReading(string packs, InitWish wish) : IDisposable
{
    // All agents of a policy: the group of base that runtime and channel packs name.
    private const string Agents = "sg-agent-vm-subnet";

    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-init-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private readonly Dictionary<string, ImmutableArray<NameEntry>> _denied = [];

    /// <summary>Every name that the rules of a class deny, before any approval.</summary>
    public ImmutableArray<NameEntry> Denied(PackSummary type)
    {
        if (_denied.TryGetValue(type.Name, out ImmutableArray<NameEntry> known)) return known;
        string with = string.Join(", ", InitDocuments.Needed(type, wish).Select(parameter => $"{parameter.Name}: {parameter.Value}"));
        Policy.Policy policy = Load($"include: [{{pack: {type.Name}, with: {{{with}}}}}]\n");
        return _denied[type.Name] = [.. policy.Rules.Where(rule => rule is { Action: RuleAction.Deny, Mode: RuleMode.Enforce }).SelectMany(rule => rule.ToNames)];
    }

    /// <summary>The exact names and patterns that a pack permits, as far as they are one host's.</summary>
    public ImmutableArray<string> Names(PackSummary pack, string? parameter, string? value)
    {
        string with = parameter is null ? "" : $", with: {{{parameter}: {Yaml.Text(value!)}}}";
        Policy.Policy policy = Load($"smartGroups: {{{Agents}: {{class: any}}}}\ninclude: [{{pack: {pack.Name}{with}}}]\n");
        return [.. policy.Rules.Where(rule => rule.Action == RuleAction.Permit).SelectMany(rule => rule.ToNames).Select(entry => entry.Pattern.Text)];
    }

    private Policy.Policy Load(string text)
    {
        string file = Path.Combine(_folder, "policy.yaml");
        File.WriteAllText(file, $"apiVersion: exeat/v1\nkind: Policy\nmode: monitor\nmonitorUntil: {wish.MonitorUntil:yyyy-MM-dd}\n{text}");
        LoadResult read = PolicyLoader.Load(file, new LoadOptions { PacksDirectory = packs });
        return read.Policy ?? throw new CommandFailure(ExitCode.OurFault, $"a pack of this release cannot be read: {ProblemReport.Line(read.Problems.First(problem => problem.Severity == Severity.Error))}");
    }
}
