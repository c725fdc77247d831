using System.Collections.Immutable;
using System.Net.Sockets;
using Exeat.Gateway.Reload;
using Exeat.Linux;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>
/// Brings changed documents into force while the gateway runs. Each document stands for itself: what is wrong with one leaves that one's last good values in force and is
/// told; it does not keep the others, a quarantine above all, from coming into force. Nor does a gateway document that asks for what this machine does not have now.
/// </summary>
internal sealed class HostReload(HostDocuments documents, HostKernel kernel, HostJudging judging, HostResolver resolver, HostParts parts, TimeProvider time, ILogger log)
{
    // Soon, since a quarantine may wait for it; and ever later, since it may be a setting that cannot be.
    private static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(1), RetryLast = TimeSpan.FromSeconds(10);

    private readonly LastGood _lastGood = new(documents.Gateway.State, time);
    private GatewayDocument _gateway = documents.Gateway;

    // What the kernel and the resolver were last made ready for; another one than the one in force only after a change that failed.
    private GatewayDocument _shaped = documents.Gateway;

    // A change failed after it had begun: what is in force is whole again only after the next one.
    private bool _isHalf;
    private string _gatewayFingerprint = documents.GatewayFingerprint;
    private string? _seen;
    private long? _failedAt;
    private TimeSpan _retryAfter = RetryFirst;
    private Loaded _inForce = documents.First;
    private volatile ReloadReport _last = documents.Report;

    /// <summary>What became of the last attempt, that of the start included.</summary>
    public ReloadReport Last => _last;

    /// <summary>The gateway document in force.</summary>
    public GatewayDocument Gateway => _gateway;

    /// <summary>Every path to be watched.</summary>
    public IEnumerable<string> Paths => ReadAgain.PathsOf(_gateway).Prepend(documents.ConfigPath);

    /// <summary>Whether something of the policy has come to its end by now.</summary>
    public bool HasExpired => judging.Policies.Current.Policy.NextExpiry <= documents.Clock.Now && (!_isHalf || IsDueAgain);

    /// <summary>Whether what the kernel or the disk refused, or what the machine does not have, is to be tried again.</summary>
    public bool IsDueAgain => _failedAt is { } failed && time.GetElapsedTime(failed) > _retryAfter;

    /// <summary>Keeps what the gateway started with, and notes what was read for it.</summary>
    public void Begin() => Keep();

    /// <summary>Reads all documents, and applies what is new in them. False: there was nothing to read, or the kernel refused it and it is tried again.</summary>
    public async Task<bool> ReadAsync(ReloadCause cause)
    {
        if (cause == ReloadCause.Files && ReadAgain.FingerprintOf(documents.ConfigPath, _gateway) == _seen) return false;
        ReadAgain read = ReadAgain.From(documents.ConfigPath, _gateway, _gatewayFingerprint, documents.Clock);
        bool first = _seen is null;
        _seen = read.Fingerprint;
        Loaded wanted = read.Loaded.Or(_inForce);
        bool reshaped = !ReferenceEquals(read.Gateway, _gateway);
        // A change that failed may be half in force: it is made whole, or taken back, whatever the documents say now.
        bool isNew = reshaped || _failedAt is not null || IsNew(wanted);
        string why = read.Problems.FirstOrDefault(p => p.Severity == Severity.Error)?.ToString() ?? "";
        // What the start read is not told twice.
        if (first && cause == ReloadCause.Files && !isNew) return true;
        HostDocuments.Tell(read.Problems, log);
        if (why.Length > 0) log.Refused(why);
        if (isNew || cause == ReloadCause.Asked && why.Length == 0)
        {
            await ApplyAsync(cause, read.Gateway, wanted, why, read.Problems).ConfigureAwait(false);
            if (reshaped && ReferenceEquals(read.Gateway, _gateway)) _gatewayFingerprint = read.GatewayFingerprint;
            return _failedAt is null;
        }
        _last = new ReloadReport(time.GetUtcNow(), cause, false, 0, why, read.Problems);
        return true;
    }

    /// <summary>Compiles the same documents for a later moment.</summary>
    public Task ExpireAsync() => ApplyAsync(ReloadCause.Expiry, _gateway, _inForce, "", []);

    private async Task ApplyAsync(ReloadCause cause, GatewayDocument gateway, Loaded wanted, string why, ImmutableArray<Problem> problems)
    {
        PolicySwitch policies = judging.Policies;
        int ended = 0;
        try
        {
            string notTaken = "";
            try
            {
                if (!ReferenceEquals(gateway, _shaped) || _isHalf) Reshape(gateway);
            }
            catch (Exception refused) when (IsRefusal(refused) && !ReferenceEquals(gateway, _gateway))
            {
                // A link that is not there, a port that is taken: the document has to wait, and neither policy nor a quarantine waits with it.
                notTaken = refused.Message;
                log.DocumentWaits(notTaken);
                (gateway, wanted, problems) = Without(problems);
                if (_isHalf) Reshape(gateway);
            }
            if (notTaken.Length == 0 || _isHalf || cause == ReloadCause.Asked || IsNew(wanted) || HasExpired)
            {
                _isHalf = true;
                ended = await policies.ChangeAsync(wanted, judging.Parts, () => judging.Take(gateway), parts.Stopping).ConfigureAwait(false);
                resolver.Retire();
                (_inForce, _gateway, _isHalf) = (wanted, gateway, false);
                log.Applied(policies.Current.Version[..12], policies.Current.Policy.Mode.ToString(), policies.Current.Generation, ended);
            }
            if (notTaken.Length > 0) why = TryAgain(notTaken);
            else (_failedAt, _retryAfter) = (null, RetryFirst);
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            log.Refused(refused.Message);
            why = TryAgain(refused.Message);
        }
        // Also after a change that failed half-way: the policy that counts may be the new one already.
        judging.Bindings.Revise(policies.Current.Policy);
        // What a policy did not let stand must not come back with a restart.
        judging.KeptBindings.Compact(judging.Bindings);
        _last = new ReloadReport(time.GetUtcNow(), cause, why.Length == 0 || policies.Current.Version == wanted.Policy!.Version, ended, why, problems);
        if (ReferenceEquals(_inForce, wanted)) Keep();
    }

    private static bool IsRefusal(Exception refused) => refused is KernelException or IOException or UnauthorizedAccessException or GatewayFailure or SocketException;

    private bool IsNew(Loaded wanted) => wanted.Policy!.Version != judging.Policies.Current.Version || wanted.Agents!.Hash != judging.Policies.Current.AgentsHash;

    // The gateway document in force, with policy and agents by the paths that it names.
    private (GatewayDocument Gateway, Loaded Wanted, ImmutableArray<Problem> Problems) Without(ImmutableArray<Problem> problems)
    {
        Loaded read = ReadAgain.For(_gateway, documents.Clock);
        ImmutableArray<Problem> more = [.. read.Problems.Except(problems)];
        HostDocuments.Tell(more, log);
        return (_gateway, read.Or(_inForce), [.. problems, .. more]);
    }

    // Not the fault of what was written, or mended by something else than writing it again. Returns what refused.
    private string TryAgain(string refused)
    {
        _seen = "";
        _retryAfter = _failedAt is null ? RetryFirst : _retryAfter * 2 < RetryLast ? _retryAfter * 2 : RetryLast;
        _failedAt = time.GetTimestamp();
        return refused;
    }

    // What is new is made ready before the policy changes; what is old goes after it. What cannot be is found before anything is changed.
    private void Reshape(GatewayDocument gateway)
    {
        kernel.Require(gateway);
        if (GatewayChange.NeedsResolver(_shaped, gateway)) resolver.Replace(gateway);
        (_shaped, _isHalf) = (gateway, true);
        kernel.Take(gateway);
        judging.Policies.Frame = kernel.Frame(resolver.Listeners);
        judging.Policies.Inside = gateway.Inside;
        judging.Journal.MaxBytes = gateway.Journal.MaxBytes;
    }

    private void Keep()
    {
        try
        {
            if (!_lastGood.Keep(_gateway, _inForce, documents.Clock)) log.LastGoodNotKept("the documents changed while they were copied");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            log.LastGoodNotKept(refused.Message);
        }
    }
}
