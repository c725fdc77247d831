using System.Collections.Immutable;

namespace Exeat.Run.Box;

/// <summary>The tools that a person installed in their home folder: shown without writing, so that the command and what it calls are found. Nothing with credentials in it.</summary>
internal static class HomeTools
{
    // Folders of installers that hold programs only. Others' (.cargo, .docker, .fly …) have credentials beside their programs: of those only what is on the PATH.
    private static readonly ImmutableArray<string> Known =
    [
        ".nvm/versions", ".volta/bin", ".volta/tools", ".fnm", ".local/share/fnm", ".nodenv", ".npm-global", ".bun/bin", ".deno/bin", ".pyenv", ".rbenv", ".sdkman/candidates", ".asdf", ".local/share/mise",
        ".local/share/pnpm", ".rustup", ".dotnet", "miniconda3", "anaconda3", "miniforge3", ".local/lib", "go/bin",
    ];

    /// <summary>Folders below the home folder, each existing, none below another.</summary>
    public static ImmutableArray<string> Of(string home, string? path)
    {
        List<string> found = [.. Known.Select(name => Path.Combine(home, name)).Where(IsFolder)];
        foreach (string place in (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!place.StartsWith(home + '/', StringComparison.Ordinal) || Path.GetFullPath(place) != place || !IsFolder(place)) continue;
            found.Add(place);
            found.AddRange(Targets(home, place));
        }
        return [.. found.Distinct().Where(folder => !found.Exists(other => folder.StartsWith(other + '/', StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
    }

    // Installers put a program below .local/share and a link to it on the PATH: its folder there is shown as well.
    private static IEnumerable<string> Targets(string home, string place)
    {
        string share = Path.Combine(home, ".local/share") + '/';
        foreach (FileSystemInfo entry in new DirectoryInfo(place).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not { } target) continue;
            string full = Path.GetFullPath(target, place);
            if (full.StartsWith(share, StringComparison.Ordinal)) yield return share + full[share.Length..].Split('/')[0];
        }
    }

    private static bool IsFolder(string path) => Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null;
}
