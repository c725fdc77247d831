using System.Collections.Immutable;
using System.Security.Cryptography;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>All three documents, read while nobody was writing them.</summary>
/// <param name="Gateway">The gateway document to be in force: what was read, or the old one when that cannot be used.</param>
/// <param name="Loaded">Policy and agents of the paths that it names.</param>
/// <param name="Problems">What is wrong with all of them.</param>
/// <param name="Fingerprint">The content of all files that were read.</param>
internal sealed record ReadAgain(GatewayDocument Gateway, Loaded Loaded, ImmutableArray<Problem> Problems, string Fingerprint)
{
    /// <summary>The content of the gateway document alone.</summary>
    public string GatewayFingerprint => Fingerprint[..(SHA256.HashSizeInBytes * 2)];

    // Somebody who writes without pause is read in the middle of it at last.
    private const int MostAttempts = 5;

    /// <summary>Reads them. A gateway document with mistakes, or with changes that need a restart, leaves the one in force.</summary>
    public static ReadAgain From(string configPath, GatewayDocument inForce, string gatewayFingerprint, TimeProvider clock)
    {
        for (int attempt = 1; ; attempt++)
        {
            string config = DocumentPaths.Fingerprint([configPath]);
            GatewayDocument gateway = inForce;
            ImmutableArray<Problem> problems = [];
            if (config != gatewayFingerprint)
            {
                GatewayResult result = GatewayDocumentLoader.Load(configPath);
                problems = [.. result.Problems, .. result.Gateway is { } fresh ? GatewayChange.NeedsRestart(configPath, inForce, fresh) : []];
                if (result.Gateway is not null && !problems.Any(p => p.Severity == Severity.Error)) gateway = result.Gateway;
            }
            string documents = DocumentPaths.Fingerprint(PathsOf(gateway));
            Loaded loaded = Loaded.Read(gateway, clock);
            if (attempt < MostAttempts && (config != DocumentPaths.Fingerprint([configPath]) || documents != DocumentPaths.Fingerprint(PathsOf(gateway)))) continue;
            return new ReadAgain(gateway, loaded, [.. problems, .. loaded.Problems], config + documents);
        }
    }

    /// <summary>Policy and agents alone, of the paths that a gateway document names; read while nobody was writing them.</summary>
    public static Loaded For(GatewayDocument gateway, TimeProvider clock)
    {
        for (int attempt = 1; ; attempt++)
        {
            string documents = DocumentPaths.Fingerprint(PathsOf(gateway));
            Loaded loaded = Loaded.Read(gateway, clock);
            if (attempt == MostAttempts || documents == DocumentPaths.Fingerprint(PathsOf(gateway))) return loaded;
        }
    }

    /// <summary>The content of all documents now, to be compared with <see cref="Fingerprint"/>.</summary>
    public static string FingerprintOf(string configPath, GatewayDocument gateway) => DocumentPaths.Fingerprint([configPath]) + DocumentPaths.Fingerprint(PathsOf(gateway));

    /// <summary>Everything on disk that policy and agents depend on.</summary>
    public static IEnumerable<string> PathsOf(GatewayDocument gateway) => gateway.PacksDirectory is { } packs ? [gateway.Policy, packs, gateway.Agents] : [gateway.Policy, gateway.Agents];
}
