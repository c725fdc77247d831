using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Exeat.Linux;

namespace Exeat.Run.Box;

/// <summary>Files of the box's own /etc: names and users are the box's, not the machine's.</summary>
internal static partial class BoxFiles
{
    public const string SshFile = "/etc/ssh/ssh_config";

    /// <summary>Of the machine's /etc these are not shown: policy and settings of Exeat, and what belongs to other programs' credentials.</summary>
    public static readonly ImmutableHashSet<string> NotShown =
        ["exeat", "resolv.conf", "hosts", "nsswitch.conf", "passwd", "group", "hostname", "machine-id", "passwd-", "group-", "shadow", "shadow-", "gshadow", "gshadow-", "sudoers", "sudoers.d", "krb5.keytab", "mtab"];

    public static IEnumerable<(string Name, string Content)> Etc(BoxRequest request, string home, string hostName)
    {
        (uint user, uint group) = (request.User.Shown, request.User.ShownGroup);
        string name = request.Environment.GetValueOrDefault("USER") is { Length: > 0 } known && known.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? known : "agent";
        // The resolver of the gateway alone; no search list, which would ask for other names than the command wrote.
        yield return ("resolv.conf", string.Concat(request.Resolvers.Select(resolver => $"nameserver {resolver}\n")) + "options edns0\n");
        yield return ("hosts", $"127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 {hostName}\n");
        // Files and DNS only: other sources ask daemons by sockets that are not here.
        yield return ("nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n");
        yield return ("passwd", (user == 0 ? "" : "root:x:0:0:root:/root:/bin/sh\n") + $"{name}:x:{user}:{group}::{home}:{Shell(request)}\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n");
        yield return ("group", (group == 0 ? "" : "root:x:0:\n") + $"{name}:x:{group}:\nnogroup:x:65534:\n");
        yield return ("hostname", hostName + "\n");
        yield return ("machine-id", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Folder)))[..32] + "\n");
    }

    /// <summary>
    /// The machine's settings for SSH without what they include, in the place of the machine's: included files have to belong to root or to whoever asks, and root is nobody in the box, so that
    /// ssh would end there (ssh_config(5)). Null: there are none.
    /// </summary>
    public static string? SshSettings(string file = SshFile)
    {
        try
        {
            if (!File.Exists(file) || RealPath.TryOf(file) != file) return null;
            return string.Concat(File.ReadLines(file).Where(line => !Include().IsMatch(line)).Select(line => line + '\n'));
        }
        catch (UnauthorizedAccessException)
        {
            // Then it is not shown either.
            return null;
        }
    }

    [GeneratedRegex(@"^\s*""?include\b", RegexOptions.IgnoreCase)]
    private static partial Regex Include();

    private static string Shell(BoxRequest request) =>
        request.Environment.GetValueOrDefault("SHELL") is { Length: > 0 } shell && shell.StartsWith('/') && !shell.AsSpan().ContainsAny(":\n") ? shell : "/bin/sh";
}
