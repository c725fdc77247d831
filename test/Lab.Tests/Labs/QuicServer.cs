using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Labs;

/// <summary>A real QUIC and HTTP/3 server on port 443 (and, asking for address validation by Retry, on 8443) of every address of the world: ngtcp2 with GnuTLS.</summary>
internal sealed class QuicServer : IAsyncDisposable
{
    private readonly List<LabProcess> _processes = [];

    public async Task StartAsync(LabFixture lab)
    {
        string folder = Directory.CreateDirectory(Path.Combine(lab.State.Folder, "quic")).FullName;
        string key = Path.Combine(folder, "key.pem"), certificate = Path.Combine(folder, "certificate.pem");
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=quic.example", ec, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 self = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(key, ec.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(certificate, self.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "index.html"), "hello\n");
        foreach ((string port, string more) in (ReadOnlySpan<(string, string)>)[("443", ""), ("8443", "-V")])
        {
            string command = $"echo ready; exec gtlsserver -q {more} -d {folder} '*' {port} {key} {certificate}";
            _processes.Add(LabProcess.StartAsync(lab.Network.Inside(LabPlan.World, "sh", "-c", command), Path.Combine(folder, $"{port}.log"), TimeSpan.FromSeconds(10)).GetAwaiter().GetResult());
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LabProcess process in _processes) await process.DisposeAsync();
    }
}
