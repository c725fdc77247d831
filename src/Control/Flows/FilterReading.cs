using System.Globalization;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>Makes a filter of what people wrote. What cannot be meant is refused: a parameter that nobody knows would choose more than was asked for.</summary>
internal sealed class FilterReading(ISmartGroups groups, TimeProvider time)
{
    /// <summary>In one list.</summary>
    private const int MaxValues = 100, MaxText = 512;

    private static readonly string[] Others = ["limit", "cursor", "format"];

    /// <summary>The filter of a query string.</summary>
    public FlowFilter Of(IQueryCollection query)
    {
        HashSet<string> unread = [.. query.Keys.Except(Others, StringComparer.Ordinal)];
        var form = new FlowFilterForm
        {
            Since = One("since"),
            Until = One("until"),
            Agents = Many("agent"),
            Classes = Many("class"),
            Labels = Many("label"),
            Groups = Many("group"),
            ToGroups = Many("toGroup"),
            Names = Many("name"),
            Sources = Many("src"),
            Destinations = Many("dst"),
            Ports = Many("port").Select(text => (int)(Number("port", text) ?? 0)).ToList(),
            Protocols = Many("protocol"),
            Rules = Many("rule"),
            Verdicts = Many("verdict"),
            Would = Many("would"),
            Reasons = Many("reason"),
            Proofs = Many("proof"),
            Stages = Many("stage"),
            Gateways = Many("gateway"),
            PolicyVersions = Many("policyVersion"),
            Modes = Many("mode"),
            Flows = Many("flow"),
            MinBytes = Number("minBytes", One("minBytes")),
            MaxBytes = Number("maxBytes", One("maxBytes")),
        };
        return unread.Count == 0 ? Of(form) : throw Refused.Invalid($"there is no parameter {TerminalText.EscapeName(unread.First())}", "see /openapi/v1.json for those there are");

        List<string> Many(string name)
        {
            unread.Remove(name);
            return [.. query[name].OfType<string>()];
        }

        string? One(string name) => Many(name) switch
        {
            [] => null,
            [var only] => only,
            _ => throw Refused.Invalid($"{name} stands more than once", "write it once"),
        };
    }

    /// <summary>The filter of a form.</summary>
    public FlowFilter Of(FlowFilterForm? form)
    {
        if (form is null) return new FlowFilter();
        DateTimeOffset now = time.GetUtcNow();
        return new FlowFilter
        {
            Since = At("since", form.Since, now),
            Until = At("until", form.Until, now),
            Agents = Texts("agent", form.Agents),
            Classes = Texts("class", form.Classes),
            Labels = [.. Texts("label", form.Labels).Select(Label)],
            From = [.. Texts("group", form.Groups).Select(name => groups.From(name) ?? throw NoGroup(name))],
            To = [.. Texts("toGroup", form.ToGroups).Select(name => groups.To(name) ?? throw NoGroup(name))],
            Names = [.. Texts("name", form.Names).Select(Name)],
            Sources = [.. Texts("src", form.Sources).Select(text => Prefix("src", text))],
            Destinations = [.. Texts("dst", form.Destinations).Select(text => Prefix("dst", text))],
            Ports = Count("port", form.Ports) is { } ports && ports.All(port => port is >= 0 and <= 65535) ? ports : throw Refused.Invalid("a port is 0 to 65535", "write such a number"),
            Protocols = Texts("protocol", form.Protocols),
            Rules = Texts("rule", form.Rules),
            Verdicts = Words("verdict", form.Verdicts, "permit", "deny", "would-deny", "pending", "note"),
            Would = Words("would", form.Would, "permit", "deny", "pending"),
            Reasons = Texts("reason", form.Reasons),
            Proofs = Texts("proof", form.Proofs),
            Stages = Words("stage", form.Stages, "dns", "first-packet", "hello", "request"),
            Gateways = Texts("gateway", form.Gateways),
            PolicyVersions = Texts("policyVersion", form.PolicyVersions),
            Modes = Words("mode", form.Modes, "enforce", "monitor"),
            Flows = Texts("flow", form.Flows),
            MinBytes = form.MinBytes,
            MaxBytes = form.MaxBytes,
        };
    }

    private static DateTimeOffset? At(string name, string? text, DateTimeOffset now) =>
        text is null ? null : Moment.TryParse(text, now, out DateTimeOffset moment) ? moment : throw Refused.Invalid($"{name} is no moment", Moment.Forms);

    private static long? Number(string name, string? text) =>
        text is null ? null : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw Refused.Invalid($"{name} is no number", "write digits");

    private static KeyValuePair<string, string> Label(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } key, var value] ? KeyValuePair.Create(key, value) : throw Refused.Invalid("a label is KEY=VALUE", "write both");

    // A pattern that a policy would refuse is refused here too: there is one reading of names.
    private static string Name(string text)
    {
        string name = text.ToLowerInvariant().TrimEnd('.');
        return !name.Contains('*') || NamePattern.TryParse(name, out _, out PatternProblem? problem) ? name : throw Refused.Invalid($"name: {problem.What}", problem.Remedy);
    }

    private static Prefix Prefix(string name, string text) =>
        Exeat.Names.Prefix.TryParse(text, out Prefix prefix) ? prefix
        : Address.TryParse(text, out Address address) ? Exeat.Names.Prefix.Of(address)
        : throw Refused.Invalid($"{name} is no address or prefix", "write for instance 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");

    private static IReadOnlyList<string> Texts(string name, IReadOnlyList<string>? values)
    {
        IReadOnlyList<string> given = Count(name, values);
        return given.All(text => text.Length is > 0 and <= MaxText) ? given : throw Refused.Invalid($"a value of {name} is empty, or longer than {MaxText} characters", "leave the parameter out to choose all");
    }

    private static IReadOnlyList<string> Words(string name, IReadOnlyList<string>? values, params string[] known) =>
        Texts(name, values).All(known.Contains) ? values ?? [] : throw Refused.Invalid($"{name} has a value that it cannot have", $"write some of {string.Join(", ", known)}");

    private static IReadOnlyList<T> Count<T>(string name, IReadOnlyList<T>? values) => values switch
    {
        null => [],
        { Count: <= MaxValues } => values,
        _ => throw Refused.Invalid($"{name} has more than {MaxValues} values", "ask in parts"),
    };

    private static Refused NoGroup(string name) => Refused.Invalid($"no policy in force has a SmartGroup {TerminalText.EscapeName(name)}", "exeat policy show lists its groups");
}
