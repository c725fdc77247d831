using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>One QUIC connection of an agent, as far as its Initials tell: who it is addressed to, and what its hello says.</summary>
internal sealed class QuicConnection(ReadOnlySpan<byte> first, int helloBytes)
{
    private byte[] _client = first.ToArray();

    /// <summary>The connection id that the keys come from: the client's first choice, or what a Retry gave it (RFC 9001, 5.2).</summary>
    public ReadOnlySpan<byte> KeyId => _client;

    /// <summary>The id that the server chose; null until it has answered.</summary>
    public byte[]? ServerId { get; private set; }

    /// <summary>The client's handshake messages: the hello, and after a HelloRetryRequest a second one.</summary>
    public QuicCryptoStream Crypto { get; } = new(2 * helloBytes);

    /// <summary>One more than the largest packet number of the client's.</summary>
    public ulong Expected { get; set; }

    /// <summary>One more than the largest packet number of the server's.</summary>
    public ulong ExpectedOfServer { get; set; }

    /// <summary>How much of <see cref="Crypto"/> was judged and may pass.</summary>
    public int JudgedBytes { get; set; }

    /// <summary>The handshake goes on with other keys: no Initial brings anything any more, and <see cref="Crypto"/> was given up.</summary>
    public bool IsSettled { get; set; }

    /// <summary>What stands for all of <see cref="Crypto"/> that may pass (<see cref="HelloMemory"/>).</summary>
    public UInt128 Digest { get; set; }

    /// <summary>Whether it is remembered under <see cref="KeyId"/>.</summary>
    public bool Remembered { get; set; }

    /// <summary>Whether a packet is addressed to this connection.</summary>
    public bool Owns(ReadOnlySpan<byte> id) => id.SequenceEqual(_client) || IsServerId(id);

    public bool IsServerId(ReadOnlySpan<byte> id) => ServerId is { } server && id.SequenceEqual(server);

    /// <summary>The server asked the client to begin again with another id.</summary>
    public void Retry(ReadOnlySpan<byte> id) => (_client, Remembered) = (id.ToArray(), false);

    public void Answered(ReadOnlySpan<byte> id) => ServerId ??= id.ToArray();
}
