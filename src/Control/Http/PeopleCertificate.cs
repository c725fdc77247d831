using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Exeat.Policy;

namespace Exeat.Control.Http;

/// <summary>
/// The certificate that people see: the one that was given, read again when its files change, or one of control's own, made anew before it ends.
/// A renewed one keeps its key, so the fingerprint that people pinned, which is the key's, stays.
/// </summary>
internal sealed class PeopleCertificate : IDisposable
{
    /// <summary>How often the files are looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);

    private readonly ControlDocument _control;
    private readonly TimeProvider _time;
    private readonly ILogger<PeopleCertificate> _log;
    private readonly ControlTls _files;
    private readonly ITimer _timer;
    private (DateTime, DateTime) _read;
    private volatile SslStreamCertificateContext _current;

    /// <summary>Reads it, or makes it at the first start.</summary>
    public PeopleCertificate(ControlDocument control, TimeProvider time, ILogger<PeopleCertificate> log)
    {
        (_control, _time, _log) = (control, time, log);
        string folder = Path.Combine(control.DataFolder, "tls");
        _files = control.Tls ?? new ControlTls(Path.Combine(folder, "people.crt"), Path.Combine(folder, "people.key"));
        try
        {
            if (control.Tls is null)
            {
                PrivateFile.Folder(folder);
                if (!File.Exists(_files.Certificate)) Make();
            }
            _current = Read();
            if (control.Tls is null && Ends - RenewedBefore <= time.GetUtcNow()) Renew();
        }
        catch (Exception refused) when (IsUnusable(refused))
        {
            throw new ControlFailure(3, $"the certificate {_files.Certificate} with {_files.Key} cannot be used ({refused.Message.TrimEnd('.')}): give PEM files that control's user may read");
        }
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>The one in use, with its chain.</summary>
    public SslStreamCertificateContext Current => _current;

    /// <summary>What people compare: SHA-256 of its public key.</summary>
    public string Fingerprint => ControlTrust.FingerprintOf(_current.TargetCertificate);

    /// <summary>When it ends.</summary>
    public DateTimeOffset Ends => _current.TargetCertificate.NotAfter.ToUniversalTime();

    public void Dispose() => _timer.Dispose();

    private static bool IsUnusable(Exception error) => error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private void Look()
    {
        try
        {
            if (_control.Tls is null && Ends - RenewedBefore <= _time.GetUtcNow()) Renew();
            else if (Written() != _read) _current = Read();
            else return;
            _log.TookCertificate(_files.Certificate, Ends, Fingerprint);
        }
        catch (Exception refused) when (IsUnusable(refused))
        {
            // The one in use stays: half of a new pair may be written at this moment.
            _log.Warned($"the certificate {_files.Certificate} changed and cannot be used, the one before stays: {refused.Message}");
        }
    }

    private (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_files.Certificate), File.GetLastWriteTimeUtc(_files.Key));

    private SslStreamCertificateContext Read()
    {
        (DateTime, DateTime) written = Written();
        X509Certificate2 own = X509Certificate2.CreateFromPemFile(_files.Certificate, _files.Key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_files.Certificate);
        _read = written;
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private void Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFile.Write(_files.Key, key.ExportPkcs8PrivateKeyPem() + "\n");
        Issue(key);
    }

    private void Renew()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(_files.Key));
        Issue(key);
        _current = Read();
    }

    private void Issue(ECDsa key)
    {
        string[] names = [.. _control.Names, Environment.MachineName, .. _control.People.Where(at => at.Address.Bits != 0).Select(at => at.Address.ToString())];
        using X509Certificate2 made = OwnCertificate.Make(key, names, _time.GetUtcNow());
        PrivateFile.Write(_files.Certificate, made.ExportCertificatePem() + "\n");
        _log.MadeCertificate(string.Join(", ", names), made.NotAfter);
    }
}
