using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>A side of a comparison: a path here, or <c>control:NAME[@VERSION]</c>, whose files are fetched into a folder for as long as they are read.</summary>
internal sealed class PublishedPolicy : IDisposable
{
    private const string Prefix = "control:";

    private readonly string? _folder;

    private PublishedPolicy(string path, string? packs, string? folder) => (Path, Packs, _folder) = (path, packs, folder);

    /// <summary>Where its documents are.</summary>
    public string Path { get; }

    /// <summary>Where its packs are; null: as the person said.</summary>
    public string? Packs { get; }

    public static bool IsPublished(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    public static PublishedPolicy Here(string path) => new(path, null, null);

    public static async Task<PublishedPolicy> FetchAsync(string text, PoliciesClient client, CancellationToken cancel)
    {
        (string name, string? version) = TargetText.ReadPolicy(text[Prefix.Length..]);
        PolicyFilesEntry files = await client.FilesAsync(name, version, cancel).ConfigureAwait(false);
        string folder = Directory.CreateTempSubdirectory("exeat-published-").FullName;
        var fetched = new PublishedPolicy(System.IO.Path.Combine(folder, "policy"), System.IO.Path.Combine(folder, "packs"), folder);
        Write(fetched.Path, files.Files);
        Write(fetched.Packs!, files.Packs);
        return fetched;
    }

    /// <summary>The texts of the policy and its packs, by the names that count for its version.</summary>
    public IReadOnlyDictionary<string, string> Texts(string? packs) =>
        PolicyLoader.Load(Path, PolicyInput.Options(Packs ?? packs)).Files.ToDictionary(file => file.Name, file => File.ReadAllText(file.Shown), StringComparer.Ordinal);

    public void Dispose()
    {
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    // Control checked the paths when it took them; whoever answers in its place may not have.
    private static void Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        Directory.CreateDirectory(folder);
        foreach ((string path, string text) in files)
        {
            string full = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, path));
            if (!full.StartsWith(folder + "/", StringComparison.Ordinal)) throw new CommandFailure(ExitCode.EnvironmentLacks, "control sent a path that leads out of its folder; check whom you speak to");
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }
    }
}
