namespace Exeat.Gateway.Dns;

/// <summary>What the resolver has done since it started; grows only. Never by name: names are no metric labels.</summary>
public sealed class ResolverCounters
{
    private long _questions, _refused, _malformed, _overLimit, _cacheHits, _forwarded, _upstreamFailed, _ignoredPackets, _stripped, _truncated;

    /// <summary>Packets from agents.</summary>
    public long Questions => Volatile.Read(ref _questions);

    /// <summary>Questions refused by policy, type or quota.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Packets that were no question.</summary>
    public long Malformed => Volatile.Read(ref _malformed);

    /// <summary>Questions refused because of a rate or a full table.</summary>
    public long OverLimit => Volatile.Read(ref _overLimit);

    /// <summary>Questions answered from memory.</summary>
    public long CacheHits => Volatile.Read(ref _cacheHits);

    /// <summary>Questions that went upstream, and those that waited for the answer to the same question of another.</summary>
    public long Forwarded => Volatile.Read(ref _forwarded);

    /// <summary>Questions that no upstream answered.</summary>
    public long UpstreamFailed => Volatile.Read(ref _upstreamFailed);

    /// <summary>Packets from an upstream's address that answered nothing we asked: spoofed or late.</summary>
    public long IgnoredPackets => Volatile.Read(ref _ignoredPackets);

    /// <summary>Addresses taken out of answers.</summary>
    public long Stripped => Volatile.Read(ref _stripped);

    /// <summary>Answers that did not fit a datagram.</summary>
    public long Truncated => Volatile.Read(ref _truncated);

    internal void Question() => Interlocked.Increment(ref _questions);

    internal void Refusal() => Interlocked.Increment(ref _refused);

    internal void Broken() => Interlocked.Increment(ref _malformed);

    internal void Limit() => Interlocked.Increment(ref _overLimit);

    internal void Hit() => Interlocked.Increment(ref _cacheHits);

    internal void Forward() => Interlocked.Increment(ref _forwarded);

    internal void UpstreamFailure() => Interlocked.Increment(ref _upstreamFailed);

    internal void IgnoredPacket() => Interlocked.Increment(ref _ignoredPackets);

    internal void Truncate() => Interlocked.Increment(ref _truncated);

    internal void Strip(int count) => Interlocked.Add(ref _stripped, count);
}
