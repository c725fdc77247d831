using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>A policy as read and checked.</summary>
/// <param name="Policy">Null when there is an error among the problems.</param>
/// <param name="Content">The files that are part of it.</param>
/// <param name="Problems">All that is wrong, and warnings.</param>
internal sealed record ReadPolicy(Policy.Policy? Policy, PolicyContent Content, ImmutableArray<Problem> Problems)
{
    public bool IsWrong => Policy is null || Problems.Any(problem => problem.Severity == Severity.Error);
}

/// <summary>Reads policies and agents with the gateway's own loaders.</summary>
internal static class ContentReader
{
    /// <summary>Reads what a person handed over; what is no part of the policy is left out, and said.</summary>
    /// <param name="upload">The files.</param>
    /// <param name="shipped">The packs that came with this program; null: it came without.</param>
    /// <param name="time">Tells what has expired.</param>
    public static ReadPolicy Read(PolicyUpload upload, string? shipped, TimeProvider time)
    {
        ImmutableArray<Problem> mistakes = [.. ContentPaths.Check(upload.Files, ""), .. ContentPaths.Check(upload.Packs ?? ImmutableDictionary<string, string>.Empty, PolicyContent.PacksPrefix)];
        if (upload.Files.Count == 0) mistakes = mistakes.Add(new Problem("the policy", 0, 0, Severity.Error, "there is no file", "name the folder that has the documents"));
        if (!mistakes.IsEmpty) return new ReadPolicy(null, new PolicyContent(PolicyContent.NoFiles), mistakes);
        using var folder = new ContentFolder();
        string policy = folder.Write("policy", upload.Files);
        // Without packs of the person's, those of this release count, as on a gateway that names none: only when they are pinned.
        string? packs = upload.Packs is { } own ? folder.Write("packs", own) : shipped;
        LoadResult loaded = PolicyLoader.Load(policy, new LoadOptions { TimeProvider = time, PacksDirectory = packs, TakesOnlyPinnedPacks = upload.Packs is null });
        ImmutableSortedDictionary<string, string>.Builder files = PolicyContent.NoFiles.ToBuilder();
        foreach (LoadedFile file in loaded.Policy is null ? [] : loaded.Files) files[file.Name] = TextOf(file);
        ImmutableArray<Problem> leftOut = loaded.Policy is null ? []
            : [.. upload.Files.Keys.Except(files.Keys).Select(path => new Problem(path, 0, 0, Severity.Warning, "it holds no Policy document and is left out", "keep agents and gateways elsewhere; control has them from the gateways"))];
        return new ReadPolicy(loaded.Policy, new PolicyContent(files.ToImmutable()), [.. folder.Named(loaded.Problems), .. leftOut]);
    }

    /// <summary>Reads what is published, as a gateway does that got it: its own folder of packs, pins as they are.</summary>
    public static ReadPolicy Read(PolicyContent content, TimeProvider time)
    {
        using var folder = new ContentFolder();
        string policy = folder.Write("policy", content.Own), packs = folder.Write("packs", content.Packs);
        LoadResult loaded = PolicyLoader.Load(policy, new LoadOptions { TimeProvider = time, PacksDirectory = packs });
        return new ReadPolicy(loaded.Policy, content, folder.Named(loaded.Problems));
    }

    /// <summary>Reads agents documents that came with a policy.</summary>
    public static (AgentsDocument? Agents, ImmutableArray<Problem> Problems) ReadAgents(IReadOnlyDictionary<string, string> files)
    {
        ImmutableArray<Problem> mistakes = ContentPaths.Check(files, "agents/");
        if (!mistakes.IsEmpty) return (null, mistakes);
        using var folder = new ContentFolder();
        AgentsResult read = AgentsLoader.Load(folder.Write("agents", files));
        return (read.Agents, folder.Named(read.Problems));
    }

    // The bytes that were hashed, or none: a pack of the release may be replaced under our hands by an upgrade.
    private static string TextOf(LoadedFile file)
    {
        string text = new System.Text.UTF8Encoding(false, true).GetString(File.ReadAllBytes(file.Shown));
        return PolicyContent.Sha256(text) == file.Sha256 ? text : throw new IOException($"{file.Shown}: it changed while it was read");
    }
}
