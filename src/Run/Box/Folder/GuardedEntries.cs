using System.Collections.Immutable;

namespace Exeat.Run.Box.Folder;

/// <summary>
/// What of a working folder is read-only: settings that a program outside the box acts on because a person enters the folder, opens it or commits in it.
/// What runs only because somebody builds or tests the project (package.json, Makefile, the code itself) stays writable: writing it is the agent's job.
/// </summary>
internal static class GuardedEntries
{
    /// <summary>Beside Git's own, which <see cref="GitGuard"/> knows.</summary>
    public static readonly ImmutableArray<GuardedEntry> All =
    [
        // Editors that trust a folder once, and then run its tasks and obey paths of programs in its settings.
        Folder(".vscode"), Folder(".idea"), Folder(".zed"), Folder(".fleet"), Folder(".devcontainer"), File(".devcontainer.json", "{}\n"),
        // Agents run outside: hooks, tool servers, permissions.
        Folder(".claude"), Folder(".codex"), Folder(".cursor"), Folder(".gemini"), Folder(".opencode"), Folder(".openclaw"),
        File(".mcp.json", "{\"mcpServers\":{}}\n"), File("opencode.json", "{}\n"), File(".aider.conf.yml", ""),
        // These ask before they obey a new file, or work only by a Git hook or setting that cannot be made either.
        OnceThere(".husky", folder: true), OnceThere(".githooks", folder: true), OnceThere(".pre-commit-config.yaml"), OnceThere("lefthook.yml"), OnceThere(".lefthook.yml"),
        OnceThere(".envrc"), OnceThere("mise.toml"), OnceThere(".mise.toml"), OnceThere(".mise", folder: true), OnceThere(".vs", folder: true), OnceThere(".windsurf", folder: true),
        OnceThere(".exrc"), OnceThere(".nvim.lua"), OnceThere(".dir-locals.el"), OnceThere(".gdbinit"),
    ];

    private static GuardedEntry Folder(string name) => new(name, IsFolder: true, EvenIfMissing: true);

    private static GuardedEntry File(string name, string empty) => new(name, IsFolder: false, EvenIfMissing: true, empty);

    private static GuardedEntry OnceThere(string name, bool folder = false) => new(name, folder, EvenIfMissing: false);
}
