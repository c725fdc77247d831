using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>The texts of the folder that <c>exeat init</c> writes, but for the tests.</summary>
internal static class InitDocuments
{
    /// <summary>Stands where a person has to write something; the README says so.</summary>
    public const string FillIn = "FILL IN";

    private const string OwnerWanted = $"{FillIn}: who answers for it", WhyWanted = $"{FillIn}: what it is needed for";

    /// <summary>The parameters of the class that have no default, and those that the wish states, as YAML.</summary>
    public static IEnumerable<(string Name, string Value)> Needed(PackSummary type, InitWish wish)
    {
        foreach (PackParameter parameter in type.Parameters)
        {
            string? value = parameter.Name switch
            {
                "region" when wish.Region is { } region => Yaml.Text(region),
                "resolvers" => Yaml.List(wish.Resolvers),
                _ => null,
            };
            if (value is not null) yield return (parameter.Name, value);
            else if (parameter.Default is null) throw new CommandFailure(ExitCode.InputWrong, $"the class {wish.Class} needs {parameter.Name} ({parameter.Why}); give --{parameter.Name}");
        }
    }

    public static ImmutableSortedDictionary<string, string> All(InitPlan plan)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        files.Add("policy/policy.yaml", Policy(plan));
        files.Add("agents.yaml", Fill(Asset("agent-list"), plan));
        files.Add("gateway.yaml", Fill(Asset("gateway"), plan));
        files.Add("README.md", Fill(Asset("readme"), plan));
        files.Add("AGENTS.md", Asset("agents"));
        files.Add(".github/workflows/policy.yml", Asset("workflow"));
        return files.ToImmutable();
    }

    /// <summary>The policy itself.</summary>
    public static string Policy(InitPlan plan)
    {
        InitWish wish = plan.Wish;
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');

        Line($"# What agents of the class {wish.Class} with {wish.Runtime ?? "any runtime"} may reach. Written by exeat init; from here on it is yours. Before you change it: AGENTS.md.");
        Line("apiVersion: exeat/v1");
        Line("kind: Policy");
        if (wish.Mode == Mode.Monitor)
        {
            Line("mode: monitor                # everything passes, and what enforce would deny is recorded");
            Line($"monitorUntil: {Day(wish.MonitorUntil)}     # at the end of this day enforce returns by itself");
        }
        else
        {
            Line("mode: enforce");
        }
        Line("default: deny");
        Line("");
        Line("# Each pack is pinned: what was reviewed is what runs. exeat pack update shows what a newer release would change.");
        Line("include:");
        foreach ((PackSummary pack, string? parameter, string? value) in plan.Packs)
        {
            Line($"- pack: {pack.Name}   # {pack.Why}");
            Line($"  version: {pack.Version}");
            Line($"  sha256: {pack.Sha256}");
            if (parameter is not null) Line($"  with: {{{parameter}: {Yaml.Text(value!)}}}");
            if (pack.Name.StartsWith("classes/", StringComparison.Ordinal)) Class(plan, pack, Line);
        }
        return text.ToString();
    }

    private static void Class(InitPlan plan, PackSummary type, Action<string> line)
    {
        line("  with:");
        foreach ((string name, string value) in Needed(type, plan.Wish)) line($"    {name}: {value}");
        string owner = Yaml.Text(plan.Wish.Owner ?? OwnerWanted), why = Yaml.Text(plan.Wish.Why ?? WhyWanted);
        line("    # The runtime's own names come from its pack; core is for names that every agent of yours needs besides.");
        line("    core: []");
        line("    # The models that may be reached, and nothing else of their providers.");
        line(plan.ModelNames.IsEmpty ? "    modelGateways: []" : "    modelGateways:");
        foreach ((string name, _) in plan.ModelNames) line($"    - {{name: {name}, tier: site, owner: {owner}, why: {why}}}");
        if (!plan.ModelCidrs.IsEmpty) line($"    modelGatewayCidrs: {Yaml.List(plan.ModelCidrs)}   # a private address is answered only where a rule states both, name and range");
        foreach (bool isModel in (bool[])[true, false])
        {
            string parameter = isModel ? "approvedProviders" : "approvedDualUse";
            Approval[] approvals = [.. plan.Approvals.Where(approval => approval.IsModel == isModel)];
            if (approvals.Length == 0) continue;
            line($"    # Their names leave the deny list of {(isModel ? "model providers" : "known ways out")}. An approval permits nothing by itself: what no rule permits falls to the default.");
            line($"    {parameter}:");
            foreach (Approval approval in approvals) line($"    - {{provider: {approval.Provider}, owner: {owner}, why: {why}}}   # {approval.For}");
        }
    }

    private static string Fill(string asset, InitPlan plan)
    {
        InitWish wish = plan.Wish;
        int places = plan.Wish is { Owner: not null, Why: not null } ? 0 : plan.ModelNames.Length + plan.Approvals.Length;
        (string Key, string Value)[] values =
        [
            ("agents", $"agents of the class {wish.Class}"),
            ("agent", plan.Agent),
            ("class", wish.Class),
            ("classwhy", plan.Packs[0].Pack.Why),
            ("runtime", wish.Runtime ?? "none"),
            ("models", string.Join(", ", wish.Models)),
            ("channels", wish.Channels.IsEmpty ? "none" : string.Join(", ", wish.Channels)),
            ("resolvers", Yaml.List(wish.Resolvers)),
            ("today", Day(wish.Today)),
            ("until", $"the end of {Day(wish.MonitorUntil)} (UTC)"),
            ("fill", places == 0 ? "Nothing in the policy is left to fill in: owner and reason of the approvals were given." : $"`policy/policy.yaml` says `{FillIn}` on {places} {(places == 1 ? "line" : "lines")}: who answers for each model and approval, and what it is needed for."),
        ];
        return values.Aggregate(asset, (text, value) => text.Replace("{{" + value.Key + "}}", value.Value, StringComparison.Ordinal));
    }

    private static string Asset(string name)
    {
        using Stream stream = typeof(InitDocuments).Assembly.GetManifestResourceStream($"init/{name}.txt") ?? throw new InvalidOperationException($"the text {name} is not in the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
