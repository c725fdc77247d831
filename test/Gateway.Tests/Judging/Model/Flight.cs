using Exeat.Testing;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>Bytes that an agent may put at the beginning of a stream. A name makes them an honest hello, whole, for that name.</summary>
internal sealed record Flight(string Name, byte[] Bytes)
{
    /// <summary>Bytes come along behind the hello; none may behind a second one (RFC 8446, 4.2.10).</summary>
    public bool HasEarlyData => LaxHello.Read(Bytes) is (int end, _) && end < Bytes.Length;

    private static readonly string[] Names = ["openclaw.ai", "docs.openclaw.ai", "evil.example", "api.openai.com"];
    private static readonly byte[] Cipher = [0x14, 3, 3, 0, 1, 1];

    /// <summary>What honest clients say first.</summary>
    public static Flight[] First { get; } = [.. Names.SelectMany(FirstOf)];

    /// <summary>What honest clients say after a HelloRetryRequest.</summary>
    public static Flight[] Second { get; } = [.. Names.SelectMany(SecondOf)];

    public static Flight[] Known { get; } = [.. First, .. Second];

    /// <summary>What no honest client says.</summary>
    public static Flight[] Hostile { get; } =
    [
        .. Names.Select(name => new Flight("", [.. Cipher, .. HelloBuilder.For(name).Build()])),
        .. Names.Select(name => new Flight("", [.. HelloBuilder.For("openclaw.ai").Build(), .. HelloBuilder.For(name).Build()])),
        .. Names.Select(name => new Flight("", [.. HelloBuilder.For("openclaw.ai").Build(), .. Cipher, .. HelloBuilder.For(name).Build()])),
        .. Names.Select(name => new Flight("", [0x15, 3, 3, 0, 2, 1, 0x70, .. HelloBuilder.For(name).Build()])),
        new("", new HelloBuilder { ServerNames = [(0, "openclaw.ai"u8.ToArray()), (0, "evil.example"u8.ToArray())] }.Build()),
        new("", new HelloBuilder().Build()),
        new("", "GET / HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n"u8.ToArray()),
        new("", "CONNECT evil.example:443 HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n"u8.ToArray()),
        new("", "SSH-2.0-OpenSSH_9.6\r\n"u8.ToArray()),
        new("", [0x16, 3, 1, 0, 0, .. HelloBuilder.For("openclaw.ai").Build()]),
        new("", new byte[100]),
    ];

    private static IEnumerable<Flight> FirstOf(string name)
    {
        HelloBuilder plain = HelloBuilder.For(name);
        yield return new(name, plain.Build());
        yield return new(name, (plain with { KeyShareBytes = 1216, Ech = true }).Build());
        yield return new(name, (plain with { KeyShareBytes = 4000, ShuffleSeed = 7 }).Build(3, 1, 700));
        yield return new(name, [.. (plain with { EarlyData = true }).Build(), 0x17, 3, 3, 0, 4, 1, 2, 3, 4]);
    }

    private static IEnumerable<Flight> SecondOf(string name)
    {
        HelloBuilder plain = HelloBuilder.For(name) with { KeyShareBytes = 133 };
        yield return new(name, plain.Build());
        yield return new(name, [.. Cipher, .. plain.Build()]);
    }
}
