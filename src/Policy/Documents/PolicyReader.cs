namespace Exeat.Policy;

/// <summary>Reads one Policy document into the draft.</summary>
internal sealed class PolicyReader(PolicyDraft draft, ProblemList problems)
{
    /// <param name="document">The document.</param>
    /// <param name="isPack">Packs bring groups, rules and tests; mode and default belong to the policy that includes them.</param>
    public void Read(MapReader document, bool isPack)
    {
        ReadMode(document, isPack);
        ReadMonitorUntil(document, isPack);
        ReadDefault(document, isPack);
        var groups = new GroupReader(problems);
        foreach ((string name, YamlNode key, YamlNode value) in document.Named("smartGroups"))
        {
            Declare(draft.SmartGroups, "smartGroup", name, key, groups.SmartGroup(name, key, value), group => group.Where);
            if (isPack) draft.GroupsOfPacks.Add(name);
        }
        foreach ((string name, YamlNode key, YamlNode value) in document.Named("webGroups"))
        {
            Declare(draft.WebGroups, "webGroup", name, key, groups.WebGroup(name, key, value), group => group.Where);
            if (isPack) draft.GroupsOfPacks.Add(name);
        }
        var rules = new RuleReader(draft.Uses, problems);
        foreach (YamlNode node in document.List("rules", mayBeEmpty: true))
        {
            if (rules.Read(node) is { } rule) draft.Rules.Add(rule);
        }
        var tests = new PolicyTestReader(draft.Uses, problems);
        foreach (YamlNode node in document.List("tests", mayBeEmpty: true))
        {
            if (tests.Read(node) is { } test) draft.Tests.Add(test);
        }
    }

    private void ReadMode(MapReader document, bool isPack)
    {
        if (document.Word("mode", Words.Mode) is not { } mode) return;
        SourceLocation where = document.WhereOf("mode");
        if (isPack) problems.Error(where, "a pack states a mode", "take it out; the policy that includes the pack states it");
        else if (draft.Mode is { } stated && stated.Value != mode) problems.Error(where, $"another mode is stated at {stated.Where}", "state it once");
        else draft.Mode ??= (mode, where);
    }

    private void ReadMonitorUntil(MapReader document, bool isPack)
    {
        if (document.Moment("monitorUntil") is not { } end) return;
        SourceLocation where = document.WhereOf("monitorUntil");
        if (isPack) problems.Error(where, "a pack states monitorUntil", "take it out; the policy that includes the pack states it");
        else if (draft.MonitorUntil is { } stated && stated.Value != end) problems.Error(where, $"another end of monitor is stated at {stated.Where}", "state it once");
        else draft.MonitorUntil ??= (end, where);
    }

    private void ReadDefault(MapReader document, bool isPack)
    {
        if (document.Word("default", Words.Action) is not { } action) return;
        SourceLocation where = document.WhereOf("default");
        if (isPack) problems.Error(where, "a pack states a default", "take it out; the policy that includes the pack states it");
        else if (draft.Default is { } stated && stated.Value != action) problems.Error(where, $"another default is stated at {stated.Where}", "state it once");
        else draft.Default ??= (action, where);
    }

    private void Declare<T>(Dictionary<string, T> declared, string what, string name, YamlNode key, T? group, Func<T, SourceLocation> whereOf) where T : class
    {
        if (declared.TryGetValue(name, out T? first)) problems.Error(key.Where, $"the {what} {name} is declared at {whereOf(first)} already", "give it another name, or join the two");
        else if (group is not null) declared.Add(name, group);
    }
}
