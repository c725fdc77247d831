using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Exeat.Run.Box;

/// <summary>The environment of a contained command: the person's, without what names a socket, a proxy or a session outside.</summary>
internal static class BoxEnvironment
{
    private static readonly FrozenSet<string> Dropped = new[]
    {
        // Sockets: keys, buses, container runtimes, displays, terminals, sound, editors.
        "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "SSH_ASKPASS", "GPG_AGENT_INFO", "GNOME_KEYRING_CONTROL", "GNOME_KEYRING_PID",
        "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "DBUS_STARTER_ADDRESS", "AT_SPI_BUS_ADDRESS", "SESSION_MANAGER", "DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET",
        "XAUTHORITY", "ICEAUTHORITY", "TMUX", "TMUX_PANE", "TMUX_TMPDIR", "STY", "ZELLIJ", "KITTY_LISTEN_ON", "ALACRITTY_SOCKET", "WEZTERM_UNIX_SOCKET", "PULSE_SERVER", "PIPEWIRE_REMOTE",
        "CONTAINER_HOST", "CONTAINERD_ADDRESS", "GIT_ASKPASS", "NVIM", "NVIM_LISTEN_ADDRESS", "EMACS_SERVER_FILE", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET",
        "WATCHDOG_PID", "WATCHDOG_USEC", "JOURNAL_STREAM", "INVOCATION_ID", "CREDENTIALS_DIRECTORY", "VARLINK_SOCKET", "P9_SOCKET", "WSL_INTEROP",
        // Proxies: there is none in the agent's network, and the gateway needs none.
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "NO_PROXY", "SOCKS_PROXY", "RSYNC_PROXY", "NPM_CONFIG_PROXY", "NPM_CONFIG_HTTPS_PROXY", "NPM_CONFIG_HTTP_PROXY", "NPM_CONFIG_NOPROXY",
        // The loader's: they would act on the box itself before the command.
        "LD_PRELOAD", "LD_AUDIT", "GCONV_PATH", "GLIBC_TUNABLES",
        // Places that are others in the box.
        "XDG_RUNTIME_DIR", "TMPDIR", "TEMP", "TMP", "PWD", "OLDPWD", "MAIL", "HOSTNAME",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] DroppedBeginnings = ["DOCKER_", "PODMAN_", "SUDO_", "DBUS_", "VSCODE_", "EXEAT_LEAST_"];

    // A person may have put the certificates of their own network into a file: such files are shown, else TLS breaks.
    private static readonly string[] CertificateVariables =
        ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE", "PIP_CERT", "CARGO_HTTP_CAINFO"];

    public static ImmutableSortedDictionary<string, string> For(BoxRequest request, string home, ImmutableArray<string> notToCommit)
    {
        ImmutableSortedDictionary<string, string>.Builder passed = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in request.Environment)
        {
            if (!IsDropped(name, value)) passed[name] = value;
        }
        passed["HOME"] = home;
        passed["PWD"] = request.Folder;
        passed["XDG_RUNTIME_DIR"] = BoxLayout.RuntimeFolder(request.User);
        AddGitSettings(passed, notToCommit, GitPerson.Of(home));
        return passed.ToImmutable();
    }

    public static IEnumerable<string> Certificates(BoxRequest request) =>
        CertificateVariables.Select(name => request.Environment.GetValueOrDefault(name)).Where(path => path is not null && Path.IsPathRooted(path) && Path.Exists(path))!;

    internal static bool IsDropped(string name, string value) =>
        Dropped.Contains(name) || DroppedBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)) || name.EndsWith("_SOCK", StringComparison.Ordinal)
        || name.EndsWith("_SOCKET", StringComparison.Ordinal) || value.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("unix=", StringComparison.OrdinalIgnoreCase);

    // The repository's own settings are read-only: a new branch must not try to write its upstream there. What stands in for missing files is nothing to commit.
    private static void AddGitSettings(ImmutableSortedDictionary<string, string>.Builder passed, ImmutableArray<string> notToCommit, GitPerson person)
    {
        int count = passed.TryGetValue("GIT_CONFIG_COUNT", out string? text) && int.TryParse(text, out int known) && known >= 0 ? known : 0;
        Add("branch.autoSetupMerge", "false");
        if (!notToCommit.IsEmpty) Add("core.excludesFile", BoxLayout.GitExcludes);
        if (person.Name is { } called) Add("user.name", called);
        if (person.Email is { } email) Add("user.email", email);
        passed["GIT_CONFIG_COUNT"] = $"{count}";

        void Add(string key, string value)
        {
            passed[$"GIT_CONFIG_KEY_{count}"] = key;
            passed[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }
    }
}
