using System.Runtime.ExceptionServices;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Link.Delivery;

/// <summary>One folder of delivered documents, in the making or complete: <c>policy/</c>, <c>packs/</c>, <c>agents/</c>, and what they are.</summary>
internal sealed class VersionFolder(string path)
{
    // What was taken from an earlier folder.
    private readonly List<string> _unsynced = [];

    public string Path => path;

    public string Policy => System.IO.Path.Combine(path, "policy");

    public string Packs => System.IO.Path.Combine(path, "packs");

    public string Agents => System.IO.Path.Combine(path, "agents");

    /// <summary>The one file of agents that control sends; its name is part of the hash.</summary>
    public const string AgentsFile = "agents.yaml";

    /// <summary>What it is; null: it is not complete, or not ours.</summary>
    public DeliveredState? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(System.IO.Path.Combine(path, DeliveredState.FileName)), LinkStateJson.Default.DeliveredState);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The last thing that is written into it: everything else is on the disk by then.</summary>
    /// <exception cref="IOException">Something of it cannot be kept.</exception>
    public void Complete(DeliveredState state)
    {
        // All at once: the disk keeps many files in hardly more time than one, and a quarantine waits for them.
        try
        {
            Parallel.ForEach(_unsynced, AtomicFile.Sync);
        }
        catch (AggregateException refused) when (refused.InnerException is { } first)
        {
            // A full disk is told like that of any other file.
            ExceptionDispatchInfo.Throw(first);
        }
        AtomicFile.WriteNew(System.IO.Path.Combine(path, DeliveredState.FileName), JsonSerializer.Serialize(state, LinkStateJson.Default.DeliveredState) + "\n", AtomicFile.ForGateway);
    }

    /// <summary>Writes a policy and its packs.</summary>
    public void Write(BundleContent bundle)
    {
        LinkFolder.CreateFolder(Policy);
        LinkFolder.CreateFolder(Packs);
        foreach (BundleFile file in bundle.Files)
        {
            string target = System.IO.Path.Combine(path, file.Path);
            LinkFolder.CreateFolder(System.IO.Path.GetDirectoryName(target)!);
            AtomicFile.WriteNew(target, file.Text, AtomicFile.ForGateway);
        }
    }

    /// <summary>Writes the agents.</summary>
    public void WriteAgents(string document)
    {
        LinkFolder.CreateFolder(Agents);
        AtomicFile.WriteNew(System.IO.Path.Combine(Agents, AgentsFile), document, AtomicFile.ForGateway);
    }

    /// <summary>Takes policy and packs from an earlier folder of ours, as they are.</summary>
    public void KeepPolicy(VersionFolder before)
    {
        Keep(before.Policy, Policy);
        Keep(before.Packs, Packs);
    }

    /// <summary>Takes the agents from an earlier folder of ours, as they are.</summary>
    public void KeepAgents(VersionFolder before) => Keep(before.Agents, Agents);

    /// <summary>Takes policy and packs from a file or folder each, as they are.</summary>
    public void CopyPolicy(string policy, string? packs)
    {
        Copy(policy, Policy);
        LinkFolder.CreateFolder(Packs);
        if (packs is not null) Copy(packs, Packs);
    }

    /// <summary>Takes the agents from a file or folder, as they are.</summary>
    public void CopyAgents(string agents) => Copy(agents, Agents);

    /// <summary>How the gateway will read the policy.</summary>
    public LoadResult LoadPolicy(TimeProvider clock) => PolicyLoader.Load(Policy, new LoadOptions { TimeProvider = clock, PacksDirectory = Packs });

    /// <summary>How the gateway will read the agents.</summary>
    public AgentsResult LoadAgents() => AgentsLoader.LoadAttached(Agents);

    private static void Copy(string source, string destination) => Take(source, destination, (file, copy) => AtomicFile.WriteNew(copy, File.ReadAllText(file), AtomicFile.ForGateway));

    private void Keep(string source, string destination) => Take(source, destination, (file, copy) =>
    {
        AtomicFile.WriteUnsynced(copy, File.ReadAllText(file), AtomicFile.ForGateway);
        _unsynced.Add(copy);
    });

    private static void Take(string source, string destination, Action<string, string> take)
    {
        LinkFolder.CreateFolder(destination);
        bool isFolder = Directory.Exists(source);
        foreach (string file in DocumentPaths.Files(source))
        {
            string copy = System.IO.Path.Combine(destination, isFolder ? System.IO.Path.GetRelativePath(source, file) : System.IO.Path.GetFileName(file));
            LinkFolder.CreateFolder(System.IO.Path.GetDirectoryName(copy)!);
            take(file, copy);
        }
    }
}
