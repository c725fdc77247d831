using System.Collections.Immutable;
using System.CommandLine;
using Exeat.Lab.Catalogue;
using Exeat.Lab.Topology;

namespace Exeat.Cli;

/// <summary><c>exeat lab attack</c>: the catalogue of attacks, each against the gateway, against a gateway that permits it, and against none.</summary>
internal static class CatalogueCommand
{
    /// <summary>The command that people type.</summary>
    public static Command Create()
    {
        CatalogueChoices choices = new();
        Option<bool> list = new("--list") { Description = "only list the catalogue; nothing is run" };
        Option<string> matrix = new("--matrix") { Description = "also write the matrix of what came of it, as Markdown; rows of other attacks stay as the file has them", HelpName = "FILE" };
        Command attack = new("attack", "make attacks of the catalogue (docs/escapes.md): contained by the gateway, arriving where permitted (control) and without it (sabotage). Status 0 only when all three are so");
        choices.AddTo(attack);
        attack.Options.Add(list);
        attack.Options.Add(matrix);
        attack.Validators.Add(parsed =>
        {
            string[] ids = [.. parsed.GetValue(choices.Ids) ?? []];
            bool all = parsed.GetValue(choices.All);
            if (ids.Length == 0 && !all && !parsed.GetValue(list)) parsed.AddError("say which attacks: ids or lines (exeat lab attack --list shows them), or --all");
            else if (ids.Length > 0 && all) parsed.AddError("either ids or --all");
            else if (parsed.GetValue(matrix) is not null && parsed.GetValue(choices.Sabotage)) parsed.AddError("--matrix takes all columns: not with --sabotage");
        });
        HelpWithExamples.Give(attack,
            "exeat lab attack D1-labels          one attack, in both families",
            "exeat lab attack T3 --family 6      every attack of a line, over IPv6",
            "exeat lab attack --all --json       the whole catalogue, some minutes",
            "exeat lab attack --all --sabotage   plain forwarding instead of the gateway: every attack must escape");
        attack.SetAction((parsed, stop) =>
        {
            CatalogueWish wish = choices.Read(parsed);
            IReadOnlyList<Attack> chosen = wish.Choose();
            return parsed.GetValue(list)
                ? Task.FromResult(CatalogueTable.List(chosen, wish.Json))
                : LabOutside.EnterAsync(LabCommands.CatalogueName, wish.Arguments, keep: false, wish.Quiet, (text, took) =>
                {
                    CatalogueReport report = CatalogueReport.Parse(text);
                    CatalogueTable.Print(report, wish, took);
                    if (parsed.GetValue(matrix) is { } file) File.WriteAllText(file, EscapeMatrix.Write(report, File.Exists(file) ? File.ReadAllText(file) : ""));
                    return report.Holds;
                }, stop);
        });
        return attack;
    }

    /// <summary>The command that does it, inside the namespaces.</summary>
    public static Command Inside()
    {
        Argument<string> state = new("state");
        CatalogueChoices choices = new();
        Command inside = new(LabCommands.CatalogueName, "Attacks of the catalogue, inside their namespaces.") { state };
        inside.Hidden = true;
        choices.AddTo(inside);
        inside.SetAction((parsed, _) => MakeAsync(new LabState(parsed.GetValue(state)!), choices.Read(parsed)));
        return inside;
    }

    private static Task<int> MakeAsync(LabState state, CatalogueWish wish) => LabInside.HoldAsync(state, keep: false, async () =>
    {
        await PrivateMounts.MountAsync(state);
        LabInside.Say(wish.Sabotage ? "building a lab without a gateway" : "building three labs: contained, control, sabotage");
        var options = new CatalogueOptions
        {
            Exeat = Programs.Exeat,
            Gateway = Programs.Gateway(),
            Attacks = [.. wish.Choose()],
            Families = wish.Family is { } family ? [family] : [4, 6],
            Columns = wish.Sabotage ? [AttackColumn.Sabotage] : [AttackColumn.Contained, AttackColumn.Control, AttackColumn.Sabotage],
        };
        CatalogueReport report = await new CatalogueRun(options, LabInside.Say).RunAsync(state);
        await LabInside.WriteAsync(state, report.ToJson());
        return report.Holds ? ExitCode.Done : ExitCode.ExpectationFailed;
    });
}
