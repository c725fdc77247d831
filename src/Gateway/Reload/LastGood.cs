using System.Collections.Immutable;
using System.Globalization;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>
/// Copies of the documents that were in force last, in the state folder: a start that finds its policy broken goes on with it instead of leaving the agents without any
///. A copy counts only for the path that it was made of.
/// </summary>
/// <remarks>
/// <code>
///   last-good/policy/origin      path, packs path, version, time: one a line
///   last-good/policy/documents   the file, or the folder's YAML files; packs beside it
///   last-good/agents/…           likewise
///   last-good/….before           while one takes the place of another
/// </code>
/// </remarks>
internal sealed class LastGood(string stateDir, TimeProvider time)
{
    private const string Origin = "origin", Before = ".before";

    private readonly string _root = Path.Combine(stateDir, "last-good");

    /// <summary>Copies what is in force, unless the copy there is the same. False: the documents have changed since they were read.</summary>
    /// <exception cref="IOException">The state folder cannot be written.</exception>
    public bool Keep(GatewayDocument gateway, Loaded inForce, TimeProvider clock) =>
        Keep("policy", [gateway.Policy, gateway.Packs ?? ""], gateway.PacksDirectory, inForce.Policy!.Version, folder => Load(folder, gateway, clock).Policy?.Version)
        & Keep("agents", [gateway.Agents], null, inForce.Agents!.Hash, folder => AgentsLoader.LoadAttached(CopyOf(folder, gateway.Agents)).Agents?.Hash);

    /// <summary>What was in force last and can be loaded now; what cannot is missing in it. With the time when the policy was kept.</summary>
    public (Loaded Loaded, DateTimeOffset Kept) Read(GatewayDocument gateway, TimeProvider clock)
    {
        Policy.Policy? policy = OriginOf("policy") is { } origin && origin.Sources.SequenceEqual([gateway.Policy, gateway.Packs ?? ""]) ? Load(Folder("policy"), gateway, clock).Policy : null;
        bool sameAgents = OriginOf("agents") is { } kept && kept.Sources.SequenceEqual([gateway.Agents]);
        AgentsDocument? agents = sameAgents ? AgentsLoader.LoadAttached(CopyOf(Folder("agents"), gateway.Agents)).Agents : null;
        return (new Loaded(policy, agents, []), OriginOf("policy")?.Kept ?? default);
    }

    private static LoadResult Load(string folder, GatewayDocument gateway, TimeProvider clock) =>
        PolicyLoader.Load(CopyOf(folder, gateway.Policy), gateway.Options(clock) with { PacksDirectory = Path.Combine(folder, "packs") is var packs && Directory.Exists(packs) ? packs : null });

    // Packs that came with the program lie elsewhere after an upgrade. The copy is that of the documents as written all the same: it has its packs with it.
    private bool Keep(string what, ImmutableArray<string> sources, string? packs, string version, Func<string, string?> versionOf)
    {
        if (OriginOf(what) is { } kept && kept.Version == version && kept.Sources.SequenceEqual(sources)) return true;
        string fresh = Path.Combine(_root, what + ".new");
        if (Directory.Exists(fresh)) Directory.Delete(fresh, recursive: true);
        Copy(sources[0], Path.Combine(fresh, "documents"));
        if (packs is not null) Copy(packs, Path.Combine(fresh, "packs"));
        // The copy is made after the documents were read: only what gives the same version is what is in force.
        if (versionOf(fresh) != version) return false;
        File.WriteAllLines(Path.Combine(fresh, Origin), [.. sources, version, time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)]);
        // At each moment there is a whole copy under one of the two names.
        string folder = Path.Combine(_root, what), before = folder + Before;
        if (Directory.Exists(folder))
        {
            if (Directory.Exists(before)) Directory.Delete(before, recursive: true);
            Directory.Move(folder, before);
        }
        Directory.Move(fresh, folder);
        if (Directory.Exists(before)) Directory.Delete(before, recursive: true);
        return true;
    }

    private (string[] Sources, string Version, DateTimeOffset Kept)? OriginOf(string what)
    {
        string path = Path.Combine(Folder(what), Origin);
        if (!File.Exists(path)) return null;
        string[] lines = File.ReadAllLines(path);
        if (lines.Length < 3 || !DateTimeOffset.TryParseExact(lines[^1], "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset kept)) return null;
        return (lines[..^2], lines[^2], kept);
    }

    // A crash between two renamings leaves the copy of before.
    private string Folder(string what) => Path.Combine(_root, what) is var folder && !Directory.Exists(folder) && Directory.Exists(folder + Before) ? folder + Before : folder;

    // A file keeps its name, which is part of the version.
    private static string CopyOf(string folder, string source)
    {
        string documents = Path.Combine(folder, "documents"), file = Path.Combine(documents, Path.GetFileName(source));
        return File.Exists(file) && Directory.GetFileSystemEntries(documents) is [_] && !Directory.Exists(source) ? file : documents;
    }

    private static void Copy(string source, string destination)
    {
        bool isFolder = Directory.Exists(source);
        Directory.CreateDirectory(destination);
        foreach (string file in DocumentPaths.Files(source))
        {
            string copy = Path.Combine(destination, isFolder ? Path.GetRelativePath(source, file) : Path.GetFileName(file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
