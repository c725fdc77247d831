using System.CommandLine;

namespace Exeat.Cli;

/// <summary>The options of <c>exeat lab attack</c>; the same on the command that runs inside the namespaces.</summary>
internal sealed class CatalogueChoices
{
    public Argument<string[]> Ids { get; } = new("ID") { Description = "an attack (T3-overlap) or a line of the catalogue (T3)", Arity = ArgumentArity.ZeroOrMore };

    public Option<bool> All { get; } = new("--all") { Description = "every attack" };

    public Option<int?> Family { get; } = new("--family") { Description = "only IPv4 or only IPv6", HelpName = "4|6" };

    public Option<bool> Sabotage { get; } = new("--sabotage") { Description = "only plain forwarding instead of the gateway: every attack must escape" };

    public void AddTo(Command command)
    {
        Family.Validators.Add(parsed =>
        {
            if (parsed.Tokens is [var token] && token.Value is not ("4" or "6")) parsed.AddError($"--family is 4 or 6, not {token.Value}");
        });
        command.Arguments.Add(Ids);
        foreach (Option option in (Option[])[All, Family, Sabotage]) command.Options.Add(option);
    }

    public CatalogueWish Read(ParseResult parsed) => new(
        [.. parsed.GetValue(Ids) ?? []], parsed.GetValue(Family), parsed.GetValue(Sabotage), parsed.GetValue(GlobalOptions.Json), parsed.GetValue(GlobalOptions.Quiet));
}
