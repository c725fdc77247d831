using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Answers remembered for all agents, bounded in number and time. A full cache remembers no newcomer; asking again is always right.</summary>
internal sealed class AnswerCache(int maxEntries, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(DomainName Name, DnsType Type), (Answer Answer, long Stored, long End)> _entries = [];
    private long _nextSweep;

    /// <summary>Answers kept, dead ones that were not swept yet included.</summary>
    public int Count
    {
        get { lock (_gate) return _entries.Count; }
    }

    /// <summary>A remembered answer and how many seconds of its TTL are left.</summary>
    public Answer? Find(DomainName name, DnsType type, out int ttlSeconds)
    {
        ttlSeconds = 0;
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (!_entries.TryGetValue((name, type), out (Answer Answer, long Stored, long End) entry) || entry.End <= now) return null;
            ttlSeconds = Math.Max(0, entry.Answer.TtlSeconds - (int)time.GetElapsedTime(entry.Stored, now).TotalSeconds);
            return entry.Answer;
        }
    }

    /// <summary>Remembers an answer for its TTL.</summary>
    public void Store(DomainName name, DnsType type, Answer answer)
    {
        if (answer.TtlSeconds <= 0) return;
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (_entries.Count >= maxEntries) Sweep(now);
            if (_entries.Count >= maxEntries && !_entries.ContainsKey((name, type))) return;
            _entries[(name, type)] = (answer, now, now + answer.TtlSeconds * time.TimestampFrequency);
        }
    }

    private void Sweep(long now)
    {
        if (now < _nextSweep) return;
        _nextSweep = now + time.TimestampFrequency;
        foreach ((DomainName, DnsType) key in _entries.Where(e => e.Value.End <= now).Select(e => e.Key).ToArray()) _entries.Remove(key);
    }
}
