using System.Collections.Frozen;

namespace Exeat.Policy;

/// <summary>Loads a policy from a file or folder: reads all documents, resolves references, checks the whole.</summary>
public static class PolicyLoader
{
    /// <summary>Loads and checks. Never throws for anything that is written in the files; the policy's own tests are run by <c>PolicyTests</c>.</summary>
    public static LoadResult Load(string path, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var problems = new ProblemList();
        var draft = new PolicyDraft();
        var reader = new PolicyReader(draft, problems);
        var packs = new PackReader(reader, options, problems);
        DocumentSet set = DocumentSet.Load(path, DocumentKind.Policy, problems);
        foreach (MapReader document in set.Documents)
        {
            if (document.Has("parameters")) problems.Error(document.WhereOf("parameters"), "a policy has parameters", "write the values out; only packs have parameters");
            if (document.Has("pack")) problems.Error(document.WhereOf("pack"), "a policy says that it is a pack", "take it out; only a folder of the packs directory is a pack");
            reader.Read(document, isPack: false);
            packs.Include(document);
        }
        var whole = new SourceLocation(path, 0, 0);
        if (draft.Mode is null && !problems.HasErrors) problems.Error(whole, "no document states the mode", "write mode: monitor or mode: enforce");
        if (draft.MonitorUntil is { } end && draft.Mode is { Value: Mode.Enforce })
            problems.Error(end.Where, "the policy enforces, and monitorUntil says when monitor ends", "take it out, or write mode: monitor");
        PolicyLinks.Check(draft, packs.AreWhole, problems);
        DocumentFile[] files = [.. set.Files, .. packs.Files];
        LoadResult Result(Policy? policy) => new(policy, problems.ToImmutable()) { Packs = packs.Packs, Files = [.. files.Select(file => new LoadedFile(file.Name, file.Shown, file.Hash))] };
        if (problems.HasErrors) return Result(null);

        var policy = new Policy
        {
            Version = DocumentFiles.Version(files),
            Mode = draft.Mode!.Value.Value,
            MonitorUntil = draft.MonitorUntil?.Value,
            Default = draft.Default?.Value ?? RuleAction.Deny,
            Rules = [.. draft.Rules.OrderBy(rule => rule.Priority).Select(rule => Resolved(rule, draft.WebGroups))],
            SmartGroups = draft.SmartGroups.ToFrozenDictionary(StringComparer.Ordinal),
            WebGroups = draft.WebGroups.ToFrozenDictionary(StringComparer.Ordinal),
            Tests = [.. draft.Tests],
        };
        PolicyChecks.Run(policy, draft, whole, options, problems);
        return Result(problems.HasErrors ? null : policy);
    }

    private static Rule Resolved(Rule rule, Dictionary<string, WebGroup> groups) =>
        rule with { ToNames = [.. rule.ToWebGroups.SelectMany(group => groups[group].Entries)] };
}
