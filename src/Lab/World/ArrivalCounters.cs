namespace Exeat.Lab.World;

/// <summary>Everything that arrived in the world, counted. Never reset: a reader takes differences.</summary>
internal sealed class ArrivalCounters(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ArrivalKey, Packets> _packets = [];
    private readonly Dictionary<(string Server, string Name, int Type), int> _questions = [];
    private readonly List<CanaryCount> _canaries = [];
    private readonly Dictionary<string, long> _last = [];

    public void Packet(in ArrivalKey key, int payload)
    {
        lock (_lock)
        {
            _packets.TryGetValue(key, out Packets seen);
            _packets[key] = seen with { Count = seen.Count + 1, Bytes = seen.Bytes + payload };
            _last[key.Source] = time.GetTimestamp();
        }
    }

    public void Accepted(in ArrivalKey key)
    {
        lock (_lock)
        {
            _packets.TryGetValue(key, out Packets seen);
            _packets[key] = seen with { Connections = seen.Connections + 1 };
        }
    }

    public void Question(string server, string name, int type)
    {
        lock (_lock)
        {
            _questions.TryGetValue((server, name, type), out int seen);
            _questions[(server, name, type)] = seen + 1;
        }
    }

    public void Canary(CanaryCount canary)
    {
        lock (_lock) _canaries.Add(canary);
    }

    /// <summary>Whether nothing came from a source (empty: from anybody) for this long.</summary>
    public bool IsQuiet(string source, TimeSpan quiet)
    {
        lock (_lock)
        {
            return _last.All(l => (source.Length > 0 && l.Key != source) || time.GetElapsedTime(l.Value) >= quiet);
        }
    }

    public WorldSnapshot Snapshot()
    {
        lock (_lock)
        {
            return new WorldSnapshot
            {
                Packets = [.. _packets.Select(p => new PacketCount(
                    p.Key.Source, p.Key.Destination, p.Key.Protocol, p.Key.Port, p.Value.Count, p.Value.Bytes, p.Value.Connections))],
                Questions = [.. _questions.Select(q => new QuestionCount(q.Key.Server, q.Key.Name, q.Key.Type, q.Value))],
                Canaries = [.. _canaries],
            };
        }
    }

    private readonly record struct Packets(long Count, long Bytes, int Connections);
}
