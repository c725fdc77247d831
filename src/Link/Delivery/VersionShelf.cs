using System.Collections.Immutable;
using System.Globalization;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Link.Delivery;

/// <summary>
/// The delivered documents: each state in a folder of its own, checked as the gateway will read it, and then taken into use by one renaming of a link. A part that cannot be used leaves that
/// part's last good one, so that a mistake in a policy does not keep a quarantine from the gateway.
/// </summary>
internal sealed class VersionShelf(LinkFolder folder, TimeProvider time)
{
    // For looking back, and for a gateway that is still reading the one before.
    internal const int Kept = 5;

    // Of a document with many mistakes the first ones are mended first.
    private const int MostProblems = 10;

    /// <summary>What the gateway reads now; null: nothing was delivered or laid down yet.</summary>
    public VersionFolder? Current => Directory.Exists(folder.Current) ? new VersionFolder(Path.GetFullPath(Path.Combine(folder.Path, new FileInfo(folder.Current).LinkTarget ?? "current"))) : null;

    /// <summary>Lays down what the gateway has without control, so that it finds something behind the link.</summary>
    public void Begin(Action<VersionFolder> fill)
    {
        _ = Make(fresh =>
        {
            fill(fresh);
            return new DeliveredState("", null, null);
        });
    }

    /// <summary>Takes a desired state into use, as far as it can be. <paramref name="bundle"/> is needed when it is not the one that lies there.</summary>
    public DeliveryOutcome Deliver(DesiredState desired, BundleContent? bundle)
    {
        VersionFolder? before = Current;
        DeliveredState? known = before?.Read();
        List<string> problems = [];

        string? bundleHash = known?.Bundle, agentsHash = known?.AgentsHash, policyVersion = null;
        bool hasPolicy = false, hasAgents = false, whole = false;
        VersionFolder fresh = Make(fresh =>
        {
            if (desired.Policy is { } policy && bundle is not null)
            {
                fresh.Write(bundle);
                LoadResult read = fresh.LoadPolicy(time);
                Tell(problems, "policy", read.Problems);
                if (hasPolicy = read.Policy is not null) (bundleHash, policyVersion) = (policy.Bundle, read.Policy!.Version);
                else Discard(fresh.Policy, fresh.Packs);
            }
            if (!hasPolicy && before is not null) fresh.KeepPolicy(before);
            if (desired.Agents is { } agents)
            {
                fresh.WriteAgents(agents.Document);
                AgentsResult read = fresh.LoadAgents();
                Tell(problems, "agents", read.Problems);
                if (hasAgents = read.Agents is not null) agentsHash = read.Agents!.Hash;
                else Discard(fresh.Agents);
            }
            if (!hasAgents && before is not null) fresh.KeepAgents(before);
            whole = problems.Count == 0 && (desired.Policy is null || bundleHash == desired.Policy.Bundle) && (desired.Agents is null || hasAgents);
            return new DeliveredState(whole ? desired.Revision : known?.Revision ?? "", bundleHash, agentsHash);
        });
        // What was carried over is read for the report alone: after the gateway has it.
        policyVersion ??= fresh.LoadPolicy(time).Policy?.Version;
        return new DeliveryOutcome(whole, policyVersion, fresh.LoadAgents().Agents?.Hash, [.. problems]);
    }

    /// <summary>What lies there, as the gateway reads it.</summary>
    public DeliveryOutcome Look() => Current is { } current
        ? new DeliveryOutcome(true, current.LoadPolicy(time).Policy?.Version, current.LoadAgents().Agents?.Hash, [])
        : new DeliveryOutcome(false, null, null, []);

    // A folder is taken into use whole or goes again: what a full disk cuts short is tried again every few seconds, and must not fill it further.
    private VersionFolder Make(Func<VersionFolder, DeliveredState> fill)
    {
        VersionFolder fresh = Fresh();
        try
        {
            fresh.Complete(fill(fresh));
            Use(fresh);
        }
        catch when (Current?.Path != fresh.Path)
        {
            Discard(fresh.Path);
            throw;
        }
        return fresh;
    }

    private VersionFolder Fresh()
    {
        folder.Create();
        long current = Current is { } used ? NumberOf(used.Path) : 0;
        // What was under way when this program was killed.
        foreach (string path in Directory.EnumerateDirectories(folder.Versions).ToList())
            if (NumberOf(path) > current && new VersionFolder(path).Read() is null) Discard(path);
        // Numbers that grow, also over restarts: names are in the order of delivery.
        long last = Directory.EnumerateDirectories(folder.Versions).Select(NumberOf).DefaultIfEmpty().Max();
        var fresh = new VersionFolder(Path.Combine(folder.Versions, (last + 1).ToString("d8", CultureInfo.InvariantCulture)));
        LinkFolder.CreateFolder(fresh.Path);
        return fresh;
    }

    // rename(2) puts the link in the place of the other one: at no moment is there none. It is made where it leads nowhere yet, because the platform refuses to move, as a file, a link that leads to a folder.
    private void Use(VersionFolder version)
    {
        string link = Path.Combine(folder.Next, "current");
        if (new FileInfo(link).LinkTarget is not null) File.Delete(link);
        File.CreateSymbolicLink(link, Path.GetRelativePath(folder.Path, version.Path));
        File.Move(link, folder.Current, overwrite: true);
        foreach (string old in Directory.EnumerateDirectories(folder.Versions).OrderDescending(StringComparer.Ordinal).Skip(Kept)) Directory.Delete(old, recursive: true);
    }

    private static long NumberOf(string path) => long.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static void Discard(params ReadOnlySpan<string> folders)
    {
        foreach (string part in folders)
            if (Directory.Exists(part)) Directory.Delete(part, recursive: true);
    }

    private static void Tell(List<string> problems, string what, ImmutableArray<Problem> found)
    {
        IEnumerable<Problem> errors = found.Where(problem => problem.Severity == Severity.Error);
        problems.AddRange(errors.Take(MostProblems).Select(problem => $"{what}: {problem with { File = Path.GetFileName(problem.File) }}"));
    }
}
