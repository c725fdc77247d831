using System.Text;

namespace Exeat.Fuzz.Targets;

/// <summary>What readers compare with, protocol by protocol.</summary>
internal static class Dictionaries
{
    public static IReadOnlyList<byte[]> Tls { get; } =
    [
        [0x16, 3, 1], [0x16, 3, 3], [0x14, 3, 3, 0, 1, 1], [0x17, 3, 3], [0x15, 3, 3, 0, 2, 1, 0x70], [1, 0, 0], [2, 0, 0], [3, 3], [0, 0, 0, 16, 0, 14, 0, 0, 11], [0, 41], [0, 42, 0, 0], [0, 43, 0, 3, 2, 3, 4], [0xfe, 0x0d],
        .. Words("openclaw.ai", "api.example.com", "203.0.113.1", "xn--", "localhost"),
        // HelloRetryRequest's random (RFC 8446, 4.1.3).
        [0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c],
    ];

    public static IReadOnlyList<byte[]> Quic { get; } =
        [[0, 0, 0, 1], [0x6b, 0x33, 0x43, 0xcf], [0, 0, 0, 0], [0xc0], [0xd0], [0xe0], [0xf0], [6], [2], [0x1c], [0x40, 0], [0x44, 0xb0], [0x80, 0, 0, 0], [0xc0, 0, 0, 0, 0, 0, 0, 0]];

    public static IReadOnlyList<byte[]> Http { get; } = Words(
        "GET ", "POST ", "CONNECT ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "Host: ", "Host:openclaw.ai\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: upgrade\r\n",
        "Upgrade: websocket\r\n", "Expect: 100-continue\r\n", "http://", "https://", "openclaw.ai", ":80", ":443", "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", "0\r\n\r\n", "5\r\nhello\r\n", "[::1]", "@", ";", "ffffffff\r\n");

    public static IReadOnlyList<byte[]> Dns { get; } =
    [
        [0xc0, 0x0c], [0xc0, 0], [0, 1, 0, 1], [0, 28, 0, 1], [0, 5, 0, 1], [0, 65, 0, 1], [0, 64, 0, 1], [0, 6, 0, 1], [0, 16, 0, 1], [0, 15, 0, 1], [0, 0, 41, 4, 0xd0, 0, 0, 0, 0], [0, 0, 41], [0, 15], [0, 10], [0x81, 0x80],
        [1, 0], [0x83, 0x80], [3, (byte)'a', (byte)'p', (byte)'i', 7, (byte)'e', (byte)'x', (byte)'a', (byte)'m', (byte)'p', (byte)'l', (byte)'e', 3, (byte)'c', (byte)'o', (byte)'m', 0], [0, 5, 0, 4], [0, 4, 0, 4], [0, 6, 0, 16], [0x3f], [0x40],
    ];

    public static IReadOnlyList<byte[]> Ip { get; } =
    [
        [0x45, 0], [0x60, 0, 0, 0], [0x46], [0x4f], [0, 0, 0x40, 0], [0x20, 0], [0, 1], [0, 6], [0, 17], [0, 43], [0, 44], [0, 51], [0, 60], [0, 58], [135], [139], [140], [6], [17], [1], [132], [1, 1, 8, 10], [2, 4, 5, 0xb4], [0x50, 2], [0x50, 0x18], [1, 0xbb],
    ];

    public static IReadOnlyList<byte[]> Netlink { get; } =
        [[0, 3], [2, 3], [0, 1], [1, 1], [2, 1], [16, 0], [20, 0], [24, 0], [32, 0], [36, 0], [52, 0], [10, 0], [1, 0], [2, 0], [3, 0], [8, 0, 1, 0], [8, 0, 3, 0], [0x80, 1], [0x80, 2], [0x80, 4], [2, 0, 0, 0], [10, 0, 0, 0]];

    public static IReadOnlyList<byte[]> Yaml { get; } = Words(
        "apiVersion: exeat/v1\n", "kind: Policy\n", "kind: Agents\n", "kind: Gateway\n", "kind: Pack\n", "mode: enforce\n", "mode: monitor\n", "default: deny\n", "rules:\n- ", "rules: []\n", "smartGroups:\n  ", "webGroups:\n  ", "names: [", "cidrs: [",
        "{name: a, priority: 1, from: [b], to: {names: [c]}, protocol: tcp, ports: [443], action: permit}", "priority: ", "action: ", "permit", "deny", "protocol: ", "tcp", "udp", "ports: [", "proof: dns", "owner: ", "why: ", "expires: 2027-01-31",
        "mode: off", "log: ", "resolve: [", "decrypt: ", "include: [{pack: base, with: {a: b}}]", "tests:\n- ", "{agent: a, to: \"https://b.example\", expect: permit by c}", "agents:\n- ", "id: ", "class: coding", "interface: ", "addresses: [", "mac: ", "labels: {a: b}",
        "quarantined: true", "limits:\n  ", "inside: [", "outside: [", "dns:\n  ", "parameters:\n  ", "pack: web", "version: 1", "${region}", "10.0.0.0/8", "2001:db8::/32", "\"**.example\"", "*.example.com", ": ", "- ", "[", "]", "{", "}", "\n", "  ", "#", "&a", "*a", "!!str",
        "|\n ", ">\n ", "---\n", "<<: ", "\"", "'", "? ", "null", "~", "true", "0x10", "1e3", "\t");

    public static IReadOnlyList<byte[]> Journal { get; } = Words(
        "{\"v\":1,", "\"id\":\"", "\"event\":\"decision\"", "\"event\":\"end\"", "\"event\":\"update\"", "\"time\":\"2026-11-28T12:00:00.000Z\"", "\"verdict\":\"deny\"", "\"verdict\":\"permit\"", "\"names\":[", "{\"name\":\"", "\"source\":\"sni\"}", "\"enforced\":true",
        "\"would\":{", "\"rule\":\"", "\"reason\":\"", "\"proof\":\"dns+sni\"", "\"protocol\":\"tcp\"", "\"port\":443", "\"count\":1", "\\u0000", "\\ud800", "}\n", "null", "true", "-1", "1e99", "\"v\":2,", "[", "]", "{", "}", ",", ":");

    public static IReadOnlyList<byte[]> Texts { get; } = Words(
        "https://", "http://", "tcp://", "udp://", "dns://", "ping://", "ssh://", "203.0.113.1", "2001:db8::1", "::", "::ffff:192.0.2.1", "fe80::1%eth0", "[", "]", ":443", ":53", "/32", "/128", "/0", "api.example.com", "xn--", "2026-11-28", "2026-11-28T12:00:00Z", "1h", "30m", "7d",
        "now", " ", "+", "-", "0x", ".", "*", "**.");

    private static IReadOnlyList<byte[]> Words(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}
