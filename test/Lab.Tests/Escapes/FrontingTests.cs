using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>What passes because nothing is decrypted: requests for another host inside TLS, which the record admits, and certificates of both sides, untouched (T12, T14).</summary>
public sealed class FrontingTests(CertificateLab lab) : IClassFixture<CertificateLab>
{
    private const int Port = 9443;
    private const string PortInKernel = ":24E3 ";

    [Theory, InlineData(4), InlineData(6)]
    public async Task T12_Domain_fronting_arrives_and_its_record_says_what_is_not_proven(int family)
    {
        // A name of another owner at the same address: from then on the address is known to be shared.
        Assert.True((await lab.TryAsync("https", "www.nvidia.com", family)).Client.Succeeded);
        Outcome fronted = await lab.TryAsync("http-fronting", "openclaw.ai", family);
        Assert.True(fronted.Arrived, fronted.Client.LastLine);
        Assert.EndsWith("attacker.example", Assert.Single(fronted.After.Canaries, c => c.Canary == fronted.Attempt.Canary).Host, StringComparison.Ordinal);
        SeenRecord? record = await lab.RecordOfAsync(fronted);
        Assert.Equal(("permit", "allow-core", "dns+sni", "name-unproven-on-shared-address"), (record?.Verdict, record?.Rule, record?.Proof, record?.Caveat));
    }

    // The client sees the server's own certificate, which nobody vouches for, and the server the client's.
    [Theory, InlineData(4), InlineData(6)]
    public async Task T14_Certificates_of_both_sides_pass_as_they_are(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        (string server, string serverFile) = Own("server");
        (string client, string clientFile) = Own("client");
        Task<Finished> serving = lab.RunAsync(LabPlan.World, "sh", "-c", $"sleep 5 | openssl s_server -{family} -accept {Port} -naccept 1 -cert {serverFile} -key {serverFile} -Verify 1");
        string table = family == 4 ? "/proc/net/tcp" : "/proc/net/tcp6";
        for (int i = 0; i < 100 && !(await lab.RunAsync(LabPlan.World, "grep", "-q", PortInKernel, table)).Succeeded; i++) await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System);
        Finished connected = await lab.RunAsync(
            "coding-1", "sh", "-c", $"sleep 1 | openssl s_client -{family} -connect openclaw.ai:{Port} -servername openclaw.ai -cert {clientFile} -key {clientFile}");
        Finished served = await serving;
        Assert.Contains(server, connected.Output, StringComparison.Ordinal);
        Assert.Contains(client, served.Output, StringComparison.Ordinal);
    }

    // A self-signed certificate and its key in one file, and a line of it that is no other's.
    private (string Line, string File) Own(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 self = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string file = Path.Combine(lab.State.Scratch, $"{name}-{Guid.NewGuid():N}.pem"), pem = self.ExportCertificatePem();
        File.WriteAllText(file, pem + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return (pem.Split('\n')[^3], file);
    }
}
