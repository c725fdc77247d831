using System.Buffers.Binary;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Linux;

namespace Exeat.Gateway.Tests.Kernel;

/// <summary>The kernel's memory of refusals: what is in <c>denied</c> is refused and counted, as the chain <c>remembered</c> does.</summary>
internal sealed class ModelRefusals : IRefusalMemory
{
    private readonly HashSet<FlowKey> _denied = [];
    private readonly Dictionary<FlowKey, long> _hits = [];

    /// <summary>All that was ever refused from memory.</summary>
    public long Refused { get; private set; }

    /// <summary>What happens between two steps of whoever reads.</summary>
    public Action? Meanwhile { get; set; }

    public void Remember(FlowKey key) => _denied.Add(key with { SourcePort = 0 });

    /// <summary>A first packet comes; true when the kernel refuses it by itself.</summary>
    public bool Refuses(FlowKey key)
    {
        bool known = _denied.Contains(key with { SourcePort = 0 });
        if (known) Count(key);
        return known;
    }

    /// <summary>A packet that found itself in <c>denied</c> is counted: the one comes before the other.</summary>
    public void Count(FlowKey key)
    {
        key = key with { SourcePort = 0 };
        _hits[key] = _hits.GetValueOrDefault(key) + 1;
        Refused++;
    }

    public bool Forget()
    {
        Meanwhile?.Invoke();
        _denied.Clear();
        return !IsGone;
    }

    /// <summary>Another tool has deleted the table.</summary>
    public bool IsGone { get; set; }

    public bool ReadHits(PacketSetVisitor visit)
    {
        if (IsGone) return false;
        foreach ((FlowKey key, long packets) in _hits)
        {
            byte[] bytes = new byte[40];
            int size = key.Source.WriteTo(bytes);
            key.Destination.WriteTo(bytes.AsSpan(size));
            bytes[2 * size] = key.Protocol;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * size + 4), key.Port);
            visit(bytes.AsSpan(0, 2 * size + 8), packets);
        }
        Meanwhile?.Invoke();
        return true;
    }

    public void DropHits() => _hits.Clear();

    /// <summary>The table is loaded anew.</summary>
    public void Load()
    {
        IsGone = false;
        _denied.Clear();
        _hits.Clear();
    }
}
