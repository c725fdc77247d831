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
        ".lima", ".orbstack", ".rd", ".mozilla", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware", ".thunderbird", ".cache", ".local/state", ".Xauthority", ".ICEauthority",
        ".vscode-server", ".cursor-server", ".emacs.d/server", ".tmux", ".pki", ".bash_history", ".zsh_history", ".python_history", ".node_repl_history", ".psql_history",
    ];

    /// <summary>Existing ones; of a link, what it leads to.</summary>
    public static IEnumerable<string> Of(string home)
    {
        foreach (string path in Known.Select(name => Path.Combine(home, name)).Where(Path.Exists))
        {
            string real = RealPath.Of(path);
            if (real.StartsWith(home + '/', StringComparison.Ordinal)) yield return real;
        }
    }
}
