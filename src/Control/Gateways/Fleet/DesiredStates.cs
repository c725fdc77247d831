using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Policies;

namespace Exeat.Control.Gateways.Fleet;

/// <summary>What each gateway should run, policy and agents together, and the wake-ups for links that wait for it to change.</summary>
internal sealed class DesiredStates
{
    // Of the whole fleet: versions that are assigned at one time, and those before them.
    private const int MaxBundles = 32;

    private readonly DesiredPolicies _policies;
    private readonly AgentsBook _agents;
    private readonly TimeProvider _time;
    private volatile bool _stopping;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (BundleContent Content, string Hash)> _bundles = new(StringComparer.Ordinal);

    public DesiredStates(DesiredPolicies policies, AgentsBook agents, GatewayBook book, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        (_policies, _agents, _time) = (policies, agents, time);
        // Whoever waits gets an answer before control stops.
        lifetime.ApplicationStopping.Register(() =>
        {
            _stopping = true;
            WakeAll();
        });
        policies.Changed += WakeAll;
        agents.Changed += Wake;
        book.Changed += Wake;
    }

    /// <summary>What this gateway should run now.</summary>
    public DesiredState Of(string gateway)
    {
        DesiredBundle? bundle = null;
        if (_policies.Of(gateway) is { } policy) bundle = new DesiredBundle(policy.Version, Keep(policy).Hash);
        DesiredAgents? agents = _agents.Desired(gateway) is { } document ? new DesiredAgents(AgentsText.Hash(document), document) : null;
        string revision = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{bundle?.Bundle}\n{agents?.Hash}\n")));
        return new DesiredState(revision, bundle, agents);
    }

    /// <summary>Waits until there may be something else than <paramref name="have"/>, at most so long, and says what there is. <paramref name="mayStill"/> is asked after every wait.</summary>
    public async Task<DesiredState> WaitAsync(string gateway, string have, TimeSpan most, Action mayStill, CancellationToken cancel)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            // Asked for before looking: what happens in between is not missed.
            Task woken = _waiting.GetOrAdd(gateway, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            DesiredState now = Of(gateway);
            TimeSpan left = most - _time.GetElapsedTime(began);
            if (now.Revision != have || left <= TimeSpan.Zero || _stopping) return now;
            await Task.WhenAny(woken, Task.Delay(left, _time, cancel)).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            mayStill();
        }
    }

    /// <summary>The files of a bundle that this gateway should run.</summary>
    public BundleContent? Bundle(string gateway, string hash) =>
        // Not another gateway's: what it should not run is not its business.
        _policies.Of(gateway) is { } policy && Keep(policy) is var kept && kept.Hash == hash ? kept.Content : null;

    // The hash of a policy of many megabytes is not computed at every question. A version is its files.
    private (BundleContent Content, string Hash) Keep(DesiredPolicy policy)
    {
        if (_bundles.TryGetValue(policy.Version, out (BundleContent, string) known)) return known;
        var content = new BundleContent([.. policy.Files.Select(file => new BundleFile(file.Key, file.Value))]);
        if (_bundles.Count >= MaxBundles) _bundles.Clear();
        return _bundles[policy.Version] = (content, content.Hash());
    }

    private void Wake(string gateway)
    {
        if (_waiting.TryRemove(gateway, out TaskCompletionSource? waiting)) waiting.TrySetResult();
    }

    private void WakeAll()
    {
        foreach (string gateway in _waiting.Keys.ToImmutableArray()) Wake(gateway);
    }
}
