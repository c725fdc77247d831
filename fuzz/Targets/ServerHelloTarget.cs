using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The server's first bytes as TLS.</summary>
internal sealed class ServerHelloTarget : IFuzzTarget
{
    public string Name => "server-hello";

    public IReadOnlyList<byte[]> Words => Dictionaries.Tls;

    public void Run(ReadOnlySpan<byte> input)
    {
        ServerFirst whole = TlsServerHello.Classify(input);
        for (int cut = input.Length / 2; cut > 0; cut /= 2)
        {
            ServerFirst before = TlsServerHello.Classify(input[..cut]);
            Promise.Holds(before == ServerFirst.NeedMore || before == whole, "more bytes never turn an answer");
        }
    }
}
