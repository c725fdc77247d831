using System.Collections.Immutable;
using Exeat.Linux;

namespace Exeat.Run.Box;

/// <summary>What stays hidden of a home folder that is shown: keys, and places where programs put sockets that do the person's bidding.</summary>
internal static class HomeSecrets
{
    private static readonly ImmutableArray<string> Known =
    [
        ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh", ".config/hub", ".config/op", ".config/sops", ".netrc", ".git-credentials", ".config/git/credentials", ".pypirc",
        ".npmrc", ".cargo/credentials.toml", ".cargo/credentials", ".terraform.d", ".vault-token", ".password-store", ".local/share/keyrings", ".local/share/containers", ".local/share/docker", ".colima",
        ".lima", ".orbstack", ".rd", ".mozilla", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware", ".thunderbird", ".config/exeat", ".cache", ".local/state", ".Xauthority", ".ICEauthority",
        ".vscode-server", ".cursor-server", ".emacs.d/server", ".tmux", ".pki", ".bash_history", ".zsh_history", ".python_history", ".node_repl_history", ".psql_history",
    ];

    // Where a person has put the folders of that kind (XDG Base Directory Specification).
    private static readonly ImmutableArray<(string Usual, string Variable)> Moved =
        [(".config", "XDG_CONFIG_HOME"), (".local/share", "XDG_DATA_HOME"), (".local/state", "XDG_STATE_HOME"), (".cache", "XDG_CACHE_HOME")];

    /// <summary>Existing ones below the home folder; of a link, what it leads to.</summary>
    public static IEnumerable<string> Of(string home, IReadOnlyDictionary<string, string> environment)
    {
        IEnumerable<string> moved = from place in Moved
                                    let folder = environment.GetValueOrDefault(place.Variable)
                                    where folder is not null && Path.IsPathRooted(folder)
                                    from name in Known
                                    where name == place.Usual || name.StartsWith(place.Usual + '/', StringComparison.Ordinal)
                                    select folder.TrimEnd('/') + name[place.Usual.Length..];
        return Known.Select(name => Path.Combine(home, name)).Concat(moved).Where(Path.Exists).Select(RealPath.Of).Where(real => real.StartsWith(home + '/', StringComparison.Ordinal)).Distinct();
    }
}
