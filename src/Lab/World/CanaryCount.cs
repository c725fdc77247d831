namespace Exeat.Lab.World;

/// <summary>A marked secret that a server read, after decryption where there was any.</summary>
/// <param name="Canary">The mark.</param>
/// <param name="Source">The client's address.</param>
/// <param name="Server">The server's address.</param>
/// <param name="Port">The server's port.</param>
/// <param name="ServerName">The name in the TLS hello; empty without TLS.</param>
/// <param name="Host">The Host field of the request; empty where there was none.</param>
public sealed record CanaryCount(string Canary, string Source, string Server, int Port, string ServerName, string Host);
