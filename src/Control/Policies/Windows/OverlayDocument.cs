using System.Globalization;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>Writes windows as one Policy document that is added to a published version: groups with their end, and permits after every other rule.</summary>
/// <remarks>
/// A permit at the last place decides only what would have come to the default: no deny, whether by list, quarantine or rule, can be overridden by it.
/// And what a list of names denies on one port or protocol, a break-glass does not open on another: the list is denied once more before the permit, there.
/// Ends are written into the document, so that a gateway ends them by its own clock while control is away.
/// </remarks>
internal static class OverlayDocument
{
    /// <summary>The highest number that a rule can have (the language's bound).</summary>
    private const int MaxPriority = 1_000_000;

    /// <summary>The document; null when there is no room after the last rule.</summary>
    public static string? Write(IReadOnlyList<PolicyWindow> windows, Policy.Policy basis)
    {
        int priority = basis.Rules.IsEmpty ? 0 : basis.Rules[^1].Priority;
        PolicyWindow[] permits = [.. windows.Where(window => window.Kind == PolicyWindow.BreakGlass)];
        var text = new StringBuilder("# Written by control: windows that end by themselves. The version without this file is the one that was published.\napiVersion: exeat/v1\nkind: Policy\nsmartGroups:\n");
        foreach (PolicyWindow window in windows)
        {
            (string name, PolicyWindowRequest request) = (Name(window), window.Request);
            string who = string.Join(", ", Selectors(request));
            string mode = window.Kind == PolicyWindow.Monitor ? $", mode: monitor, monitorUntil: {Time(window.Ends)}" : "";
            text.Append(CultureInfo.InvariantCulture, $"  {name}: {{anyOf: [{who}]{mode}}}\n");
            if (!request.Cidrs.IsEmpty) text.Append(CultureInfo.InvariantCulture, $"  {name}-to: {{cidrs: {List(request.Cidrs)}}}\n");
        }
        if (permits.Any(window => !window.Request.Names.IsEmpty)) text.Append("webGroups:\n");
        foreach (PolicyWindow window in permits.Where(window => !window.Request.Names.IsEmpty))
            text.Append(CultureInfo.InvariantCulture, $"  {Name(window)}: {{names: {List(window.Request.Names)}}}\n");
        if (permits.Length > 0) text.Append("rules:\n");
        foreach (PolicyWindow window in permits)
        {
            (string name, PolicyWindowRequest request) = (Name(window), window.Request);
            string service = $"protocol: {request.Protocol}, ports: [{string.Join(", ", request.Ports)}]", until = $"expires: {Time(window.Ends)}";
            int number = 0;
            foreach (Rule denied in Lists(basis, request))
            {
                string ends = denied.Expires is { } end && end < window.Ends ? $"expires: {Time(end)}" : until;
                string groups = denied.ToGroups.IsEmpty ? "" : $"groups: {List(denied.ToGroups)}, ", from = denied.From.IsEmpty ? "" : $"from: {List(denied.From)}, ";
                text.Append(CultureInfo.InvariantCulture, $"- {{name: {name}-not-{++number}, priority: {++priority}, {from}to: {{{groups}names: {List(denied.ToWebGroups)}}}, {service}, action: deny, {ends}}}\n");
            }
            string[] to = [.. ((string?[])[request.Cidrs.IsEmpty ? null : $"groups: [{name}-to]", request.Names.IsEmpty ? null : $"names: [{name}]"]).OfType<string>()];
            text.Append(CultureInfo.InvariantCulture, $"- {{name: {name}, priority: {++priority}, from: [{name}], to: {{{string.Join(", ", to)}}}, {service}, action: permit, owner: {Quoted(window.Actor)}, why: {Quoted(request.Reason)}, {until}}}\n");
        }
        return priority > MaxPriority ? null : text.ToString();
    }

    /// <summary>The name of a window's groups and rule.</summary>
    public static string Name(PolicyWindow window) => $"{window.Kind}-{window.Id}";

    // The denies by name that do not speak of all that the window does; those that do come first anyway. Lists for the same agents and addresses in one, so that none hides another.
    private static IEnumerable<Rule> Lists(Policy.Policy basis, PolicyWindowRequest request)
    {
        bool Speaks(Rule rule) => (rule.Protocol.IsAny || rule.Protocol.Matches(request.Protocol == "tcp" ? (byte)6 : (byte)17))
            && (rule.Ports.IsEmpty || request.Ports.All(port => rule.Ports.Any(range => range.Contains((ushort)port))));
        return basis.Rules.Where(rule => rule is { Action: RuleAction.Deny, Mode: RuleMode.Enforce } && !rule.ToWebGroups.IsEmpty && basis.CanMatch(rule) && !Speaks(rule))
            .GroupBy(rule => (string.Join(' ', rule.From), string.Join(' ', rule.ToGroups), rule.Expires))
            .Select(same => same.First() with { ToWebGroups = [.. same.SelectMany(rule => rule.ToWebGroups).Distinct()] });
    }

    private static IEnumerable<string> Selectors(PolicyWindowRequest request)
    {
        if (!request.Classes.IsEmpty) yield return $"{{class: {List(request.Classes)}}}";
        if (!request.Agents.IsEmpty) yield return $"{{agents: {List(request.Agents)}}}";
    }

    private static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Quoted))}]";

    // A JSON string is a YAML string in double quotes.
    private static string Quoted(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
