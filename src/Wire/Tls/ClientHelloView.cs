namespace Exeat.Wire;

/// <summary>What a ClientHello says. A value: it keeps nothing of the bytes; the name lies in the caller's buffer.</summary>
public readonly record struct ClientHelloView
{
    /// <summary>How many bytes of the stream the hello takes, record headers included. Zero unless found.</summary>
    public int HelloBytes { get; init; }

    /// <summary>How many more bytes of the stream are needed at least, when more are needed: to look again before that is of no use.</summary>
    public int MissingBytes { get; init; }

    /// <summary>Over how many records the hello goes, as far as seen.</summary>
    public int Records { get; init; }

    /// <summary>What the server_name extension says.</summary>
    public SniStatus SniStatus { get; init; }

    /// <summary>Length of the canonical name in the name buffer; zero unless <see cref="SniStatus"/> is <see cref="SniStatus.Name"/>.</summary>
    public int NameLength { get; init; }

    /// <summary>The encrypted_client_hello extension is there. It may be GREASE (Chromium sends it in every hello) or real.</summary>
    public bool HasEch { get; init; }

    /// <summary>supported_versions contains TLS 1.3, so that the server may answer with a HelloRetryRequest.</summary>
    public bool OffersTls13 { get; init; }

    /// <summary>The early_data extension is there: bytes of the application may follow at once (0-RTT).</summary>
    public bool HasEarlyData { get; init; }

    /// <summary>The legacy_version field (0x0303 in every modern hello).</summary>
    public ushort LegacyVersion { get; init; }

    /// <summary>Why it is malformed.</summary>
    public HelloProblem Problem { get; init; }
}
