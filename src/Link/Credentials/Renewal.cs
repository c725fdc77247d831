using Exeat.Api.Control;
using Exeat.Link.Connection;
using Microsoft.Extensions.Logging;

namespace Exeat.Link.Credentials;

/// <summary>Gets the next certificate when two thirds of this one's life are over, or when control says so. The gateway does not know of any of it.</summary>
internal sealed class Renewal(ControlConnection control, LinkFolder folder, LinkSettings settings, LinkCredentials first, TimeProvider time, ILogger log) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private readonly Attempts _attempts = new("the renewal of the certificate", control, time, log);
    private readonly SemaphoreSlim _now = new(0, 1);
    private volatile LinkCredentials _inUse = first;

    /// <summary>When the certificate in use ends.</summary>
    public DateTimeOffset Ends => _inUse.Ends;

    /// <summary>Renews without waiting for the date.</summary>
    public void Now()
    {
        try
        {
            _now.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is asked for already.
        }
    }

    public void Dispose() => _now.Dispose();

    public async Task RunAsync(CancellationToken stop)
    {
        bool asked = false;
        while (!stop.IsCancellationRequested)
        {
            if (asked || _inUse.IsDue(time.GetUtcNow())) await _attempts.TryAsync(() => RenewAsync(stop), stop).ConfigureAwait(false);
            try
            {
                asked = await _now.WaitAsync(LookEvery, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    internal async Task RenewAsync(CancellationToken stop)
    {
        using var key = new GatewayKey();
        CertificateAnswer answer = await control.PostAsync("gateway/v1/renew", new RenewRequest(key.Request(settings.Gateway)), LinkJson.Default.RenewRequest, LinkJson.Default.CertificateAnswer, stop).ConfigureAwait(false);
        AtomicFile.Write(folder.Credentials, key.With(answer.Certificate), AtomicFile.Private);
        _inUse = LinkCredentials.Read(folder);
        control.Show(_inUse.Own);
        log.Renewed(_inUse.Ends);
    }
}
