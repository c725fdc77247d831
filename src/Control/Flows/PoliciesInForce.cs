using Exeat.Control.Policies;

namespace Exeat.Control.Flows;

/// <summary>The policies that gateways are to run, read. Looked up again after a while: reading one is work, and it is asked often.</summary>
internal sealed class PoliciesInForce(DesiredPolicies desired, PolicyVersions versions, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    private readonly Lock _reading = new();
    private readonly Dictionary<string, Policy.Policy> _read = new(StringComparer.Ordinal);
    private DateTimeOffset _at;

    public IReadOnlyList<Policy.Policy> All()
    {
        lock (_reading)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (_at != default && now - _at < Fresh) return [.. _read.Values];
            string[] inForce = [.. desired.All().Select(one => one.Desired?.BaseVersion).OfType<string>().Distinct(StringComparer.Ordinal)];
            foreach (string gone in _read.Keys.Except(inForce).ToArray()) _read.Remove(gone);
            foreach (string version in inForce)
                if (!_read.ContainsKey(version) && versions.Read(version).Policy is { } policy) _read[version] = policy;
            _at = now;
            return [.. _read.Values];
        }
    }
}
