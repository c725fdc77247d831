using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Control.Storage;
using Exeat.Policy;

namespace Exeat.Control.Http;

/// <summary>The certificate that people see: the one that was given, or one of control's own.</summary>
internal sealed class PeopleCertificate : IDisposable
{
    private readonly X509Certificate2 _current;

    /// <summary>Reads it, or makes it at the first start.</summary>
    public PeopleCertificate(ControlDocument control, TimeProvider time, ILogger<PeopleCertificate> log)
    {
        string folder = Path.Combine(control.DataFolder, "tls");
        ControlTls files = control.Tls ?? new ControlTls(Path.Combine(folder, "people.crt"), Path.Combine(folder, "people.key"));
        try
        {
            if (control.Tls is null && !File.Exists(files.Certificate))
            {
                PrivateFile.Folder(folder);
                string[] names = [.. control.Names, Environment.MachineName, .. control.People.Where(at => at.Address.Bits != 0).Select(at => at.Address.ToString())];
                _current = OwnCertificate.Make(files.Certificate, files.Key, names, time.GetUtcNow());
                log.MadeCertificate(string.Join(", ", names), _current.NotAfter);
            }
            else
            {
                _current = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ControlFailure(3, $"the certificate {files.Certificate} with {files.Key} cannot be used ({refused.Message.TrimEnd('.')}): give PEM files that control's user may read");
        }
    }

    /// <summary>The one in use.</summary>
    public X509Certificate2 Current => _current;

    /// <summary>What people compare: SHA-256 of the certificate.</summary>
    public string Fingerprint => Current.GetCertHashString(HashAlgorithmName.SHA256);

    public void Dispose() => _current.Dispose();
}
