using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Lab.Topology;

/// <summary>A real QUIC and HTTP/3 server on one port of every address of the world: ngtcp2 with GnuTLS. Its certificate is its own, since its client checks none.</summary>
internal static class QuicServer
{
    private const string Page = "index.html";
    private static readonly TimeSpan Deadline = LabPatience.Seconds(15);

    // Ready when the kernel lists the port of both families, by its number in hexadecimal.
    private const string Script = """
        (until grep -q ":$1 " /proc/net/udp && grep -q ":$1 " /proc/net/udp6; do sleep 0.02; done; echo ready) &
        shift
        exec gtlsserver -q "$@"
        """;

    /// <summary>Starts it. <paramref name="validates"/>: it asks clients to prove their address first (Retry).</summary>
    public static async Task<LabProcess> StartAsync(LabState state, LabNetwork network, int port, bool validates)
    {
        string folder = Directory.CreateDirectory(Path.Combine(state.Folder, "quic")).FullName;
        string key = Path.Combine(folder, $"{port}-key.pem"), certificate = Path.Combine(folder, $"{port}-certificate.pem");
        using (var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var request = new CertificateRequest("CN=quic.example", ec, HashAlgorithmName.SHA256);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            using X509Certificate2 self = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
            await File.WriteAllTextAsync(key, ec.ExportPkcs8PrivateKeyPem());
            await File.WriteAllTextAsync(certificate, self.ExportCertificatePem());
        }
        await File.WriteAllTextAsync(Path.Combine(folder, Page), "hello\n");
        string[] serve = [.. validates ? (string[])["-V"] : [], "-d", folder, "*", $"{port}", key, certificate];
        return await LabProcess.StartAsync(network.Inside(LabPlan.World, ["sh", "-c", Script, "sh", $"{port:X4}", .. serve]), Path.Combine(folder, $"{port}.log"), Deadline);
    }
}
