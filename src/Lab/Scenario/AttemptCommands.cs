using System.Collections.Frozen;
using Exeat.Lab.Attacks;
using Exeat.Lab.Attacks.Streams;

namespace Exeat.Lab.Scenario;

/// <summary>The command lines of each kind of attempt: real clients wherever one can do it, tools of our own where none can.</summary>
public sealed class AttemptCommands(string authorityFile, string scratch, IReadOnlyList<string> exeat)
{
    private const string NodeScript = """
        const [host, port, family, canary, seconds] = process.argv.slice(1);
        const request = require('https').get({host, port, family: Number(family), path: '/', headers: {'X-Canary': canary}, timeout: Number(seconds) * 1000},
          r => { r.resume(); r.on('end', () => process.exit(r.statusCode === 200 ? 0 : 1)); });
        request.on('timeout', () => request.destroy(new Error('timeout')));
        request.on('error', e => { console.error(e.message); process.exit(1); });
        """;

    private const string PythonScript = """
        import socket, ssl, sys, urllib.request
        host, port, family, canary, ca, seconds = sys.argv[1:]
        ask = socket.getaddrinfo
        wanted = socket.AF_INET if family == '4' else socket.AF_INET6
        socket.getaddrinfo = lambda h, p, f=0, *rest, **named: ask(h, p, wanted, *rest, **named)
        request = urllib.request.Request(f'https://{host}:{port}/', headers={'X-Canary': canary})
        urllib.request.urlopen(request, timeout=int(seconds), context=ssl.create_default_context(cafile=ca)).read()
        """;

    // ngtcp2's client names in its hello whom it was told to call, and is sent elsewhere by a hosts file of its own, as agents do (T1). It ends with 0 whatever happened: the page counts.
    private const string Http3Script = """
        name=$1 port=$2 family=$3 to=$4 seconds=$5
        [ -n "$to" ] || to=$(getent "ahostsv$family" "$name" | { read -r first _; echo "$first"; })
        [ -n "$to" ] || { echo "$name has no address" >&2; exit 1; }
        pages=$(mktemp -d -p "$HOME") || exit 1
        echo "$to $name" >"$pages/hosts"
        unshare --mount sh -c 'mount --bind "$1/hosts" /etc/hosts && exec gtlsclient -q --timeout="$2s" --handshake-timeout="$2s" --exit-on-all-streams-close --download="$1" "$3" "$4" "https://$3:$4/index.html"' \
          sh "$pages" "$seconds" "$name" "$port"
        test -s "$pages/index.html"; status=$?
        rm -rf "$pages"
        exit $status
        """;

    private static readonly FrozenSet<string> Tools = FrozenSet.ToFrozenSet(
        ["tcp-send", "udp-send", "udp-refused", "quic-like", "tuple-reuse", "hello-pieces", "hello-twenty", "hello-slow", "hello-bytes", "hello-nagle", "hello-huge", "http-second", "http-smuggle", "http-upgrade", "http-escape", "no-sni"]);

    /// <summary>What to run for an attempt, and what to give it on standard input.</summary>
    public (IReadOnlyList<string> Command, string? Input) For(PlannedAttempt a)
    {
        string port = $"{a.Entry.Port}", family = $"{a.Family}", there = a.Family == 4 ? a.Address : $"[{a.Address}]";
        return a.Entry.Kind switch
        {
            "https" => (Curl(a, [$"https://{a.Name}:{port}/"]), null),
            "https-credential" => (Curl(a,
                ["-H", $"Authorization: Bearer sk-lab-{a.Canary}", "-d", "{\"model\":\"any\"}", $"https://{a.Name}:{port}/v1/chat/completions"]), null),
            "https-address" => (Curl(a, ["-k", $"https://{there}:{port}/"]), null),
            "spoofed-sni" => (Curl(a, ["-k", "--resolve", $"{a.Name}:{port}:{there}", $"https://{a.Name}:{port}/"]), null),
            "http" => (Curl(a, [$"http://{a.Name}:{port}/"]), null),
            "http-upload" => (Curl(a, ["-d", "@" + authorityFile, $"http://{a.Name}:{port}/"]), null),
            "http-forged-host" => (Curl(a, ["-H", $"Host: {a.Name}", $"http://{there}:{port}/"]), null),
            "openssl" => (["openssl", "s_client", $"-{family}", "-connect", $"{a.Name}:{port}", "-servername", a.Name, "-CAfile", authorityFile,
                "-verify_return_error", "-quiet"], $"GET /canary/{a.Canary} HTTP/1.1\r\nHost: {a.Name}\r\nConnection: close\r\n\r\n"),
            "node" => (["node", "-e", NodeScript, a.Name, port, family, a.Canary, Seconds(4)], null),
            "python" => (["python3", "-c", PythonScript, a.Name, port, family, a.Canary, authorityFile, Seconds(4)], null),
            "git" => (["git", "-c", $"http.sslCAInfo={authorityFile}", "-c", $"http.extraHeader=X-Canary: {a.Canary}", "clone", "-q", $"-{family}",
                $"https://{a.Name}:{port}/git/lab.git", Path.Combine(scratch, a.Canary)], null),
            "http3" => (Http3(a, ""), null),
            "http3-spoofed-sni" => (Http3(a, a.Address), null),
            "lookup" => (Dig(a, [a.Name]), null),
            "lookup-tcp" => (Dig(a, ["+tcp", a.Name]), null),
            "lookup-txt" => (Dig(a, [$"{a.Canary}.{a.Name}", "-t", "TXT"]), null),
            "lookup-null" => (Dig(a, [$"{a.Canary}.{a.Name}", "-t", "NULL"]), null),
            "dot" => (["openssl", "s_client", "-connect", $"{there}:{port}", "-quiet"], $"GET /canary/{a.Canary} HTTP/1.0\r\n\r\n"),
            string kind when Tools.Contains(kind) || StreamTricks.Knows(kind) || PacketTricks.Has(kind) || kind.StartsWith("quic-", StringComparison.Ordinal) || kind.StartsWith("dns-", StringComparison.Ordinal) => ([.. exeat, "lab-attack", kind, a.Address, port, a.Canary, a.Name.Length > 0 ? a.Name : "-"], null),
            string kind => throw new Topology.LabException($"scenario entry {a.Entry.Id}: unknown kind {kind}"),
        };
    }

    /// <summary>The environment of every client: none of the caller's secrets or proxy settings.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
        ["HOME"] = scratch,
        [LabPatience.Variable] = $"{LabPatience.Factor}",
        ["LANG"] = "C.UTF-8",
        ["NODE_EXTRA_CA_CERTS"] = authorityFile,
        ["DOTNET_ROOT"] = System.Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_TieredPGO"] = "0",
    }.Where(v => v.Value.Length > 0).ToDictionary();

    // Of whole numbers, as every client takes them.
    private static string Seconds(int seconds) => $"{seconds * LabPatience.Factor}";

    private IReadOnlyList<string> Curl(PlannedAttempt a, string[] rest) =>
        ["curl", "-sS", "-f", "-o", "/dev/null", $"-{a.Family}", "--noproxy", "*", "--cacert", authorityFile,
            "--connect-timeout", Seconds(3), "--max-time", Seconds(5), "-H", $"X-Canary: {a.Canary}", .. rest];

    private static IReadOnlyList<string> Http3(PlannedAttempt a, string to) => ["sh", "-c", Http3Script, "sh", a.Name, $"{a.Entry.Port}", $"{a.Family}", to, Seconds(2)];

    // The server is the address of the entry's place; at the resolver that is what agents are told to use.
    private static IReadOnlyList<string> Dig(PlannedAttempt a, string[] question) =>
        ["dig", $"@{a.Address}", $"+time={Seconds(2)}", "+tries=1", "+noall", "+answer", "+comments", .. question, .. question.Contains("-t") ? [] : (string[])[a.Family == 4 ? "A" : "AAAA"]];
}
