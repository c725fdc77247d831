namespace Exeat.Wire.Tests;

/// <summary>Bytes that real programs sent, as captured by a listener on loopback (corpus/README.md says by which).</summary>
internal static class Corpus
{
    /// <summary>Hellos, what they name, and whether they offer TLS 1.3.</summary>
    public static TheoryData<string, string, bool> Hellos => new()
    {
        { "openssl", "api.example.com", true },
        { "openssl-tls12-nosni", "", false },
        { "curl", "api.example.com", true },
        { "git", "api.example.com", true },
        { "python", "api.example.com", true },
        { "node", "api.example.com", true },
        { "node24-post-quantum", "api.example.com", true },
    };

    public static string[] Lines(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "corpus", name + ".txt"));

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "corpus", name + ".bin"));
}
