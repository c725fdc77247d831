using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Policy;

namespace Exeat.Control.Tests.Http;

public sealed class CertificateTests
{
    [Fact]
    public async Task Its_own_certificate_is_renewed_before_it_ends_and_keeps_the_key_that_people_pinned()
    {
        await using ControlFixture control = await ControlFixture.StartAsync(document => document with { Names = ["control.example", "192.0.2.10"] });
        X509Certificate2 first = await SeenAsync(control);
        Assert.Equal("1.2.840.10045.2.1", first.PublicKey.Oid.Value);
        var names = first.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.All((string[])["control.example", "localhost"], name => Assert.Contains(name, names.EnumerateDnsNames()));
        Assert.Contains("192.0.2.10", names.EnumerateIPAddresses().Select(address => address.ToString()));
        UnixFileMode mode = File.GetUnixFileMode(Path.Combine(control.Folder, "tls", "people.key"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);

        await control.JumpAsync(TimeSpan.FromDays(360));
        Assert.Equal(first.Thumbprint, (await SeenAsync(control)).Thumbprint);
        await control.JumpAsync(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        control.Time.Advance(TimeSpan.FromMinutes(3));
        X509Certificate2 renewed = await SeenAsync(control);
        Assert.NotEqual(first.Thumbprint, renewed.Thumbprint);
        Assert.Equal(ControlTrust.FingerprintOf(first), ControlTrust.FingerprintOf(renewed));
        Assert.True(renewed.NotAfter.ToUniversalTime() > control.Time.GetUtcNow().AddDays(365).UtcDateTime);
    }

    [Fact]
    public async Task A_given_certificate_is_read_again_when_it_changes_and_half_a_pair_changes_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-tls-").FullName;
        try
        {
            var files = new ControlTls(Path.Combine(folder, "c.crt"), Path.Combine(folder, "c.key"));
            string first = Write(files);
            await using ControlFixture control = await ControlFixture.StartAsync(document => document with { Tls = files });
            Assert.Equal(first, (await SeenAsync(control)).Thumbprint);
            await File.WriteAllTextAsync(files.Certificate, "half of it");
            control.Time.Advance(PeopleCertificate.Interval);
            Assert.Equal(first, (await SeenAsync(control)).Thumbprint);
            string second = Write(files);
            control.Time.Advance(PeopleCertificate.Interval);
            Assert.Equal(second, (await SeenAsync(control)).Thumbprint);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Write(ControlTls files)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = OwnCertificate.Make(key, ["given.example"], new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.Certificate, made.ExportCertificatePem());
        return made.Thumbprint;
    }

    private static async Task<X509Certificate2> SeenAsync(ControlFixture control)
    {
        X509Certificate2? seen = null;
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync("127.0.0.1", control.Host.Addresses[0].Port);
        using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => (seen = X509CertificateLoader.LoadCertificate(certificate!.Export(X509ContentType.Cert))) is not null,
        });
        return seen!;
    }
}
