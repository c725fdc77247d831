using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The client's first bytes as TLS.</summary>
internal sealed class ClientHelloTarget : IFuzzTarget
{
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];
    private readonly byte[] _again = new byte[CanonicalName.MaxBytes];

    public string Name => "client-hello";

    public IReadOnlyList<byte[]> Words => Dictionaries.Tls;

    public void Run(ReadOnlySpan<byte> input)
    {
        ReadStatus status = TlsClientHello.Read(input, _name, out ClientHelloView hello);
        Promise.Holds(hello.HelloBytes <= input.Length && hello.NameLength <= CanonicalName.MaxBytes, "lengths within their buffers");
        Promise.Holds(status == ReadStatus.Malformed == (hello.Problem != HelloProblem.None), "a malformed hello says why");
        Promise.Holds(hello.SniStatus == SniStatus.Name == hello.NameLength > 0, "a name has bytes, and only a name");
        ReadOnlySpan<byte> name = _name.AsSpan(0, hello.NameLength);
        if (status == ReadStatus.Found)
        {
            Promise.Holds(
                TlsClientHello.Read(input[..hello.HelloBytes], _again, out ClientHelloView same) == ReadStatus.Found && same == hello,
                "the bytes behind a hello do not change it");
            Promise.Holds(_again.AsSpan(0, same.NameLength).SequenceEqual(name), "one reading of a name");
            Promise.Holds(TlsClientHello.Read(input[..(hello.HelloBytes - 1)], _again, out _) == ReadStatus.NeedMore, "a hello is found with its last byte");
        }
        for (int cut = input.Length / 2; cut > 0; cut /= 2) CheckCut(input, cut, status);
        // Parsers err where records meet.
        for (int at = 0, records = 0; at + 5 <= input.Length && records < 4; records++)
        {
            for (int cut = at; cut <= at + 6 && cut <= input.Length; cut++) CheckCut(input, cut, status);
            at += 5 + (input[at + 3] << 8 | input[at + 4]);
        }
        TlsClientHello.ReadAfterRetry(input, _again, out _);
    }

    // What was decided early stays decided.
    private void CheckCut(ReadOnlySpan<byte> input, int cut, ReadStatus whole)
    {
        ReadStatus before = TlsClientHello.Read(input[..cut], _again, out _);
        Promise.Holds(before == ReadStatus.NeedMore || before == whole, "more bytes never turn an answer");
    }
}
