using System.Collections.Immutable;
using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using SharpFuzz;

namespace Exeat.Fuzz.Engine;

/// <summary>
/// Which branches of our assemblies an input took, and about how often. The assemblies are a copy in which each branch counts in one map of bytes (<see cref="Instrument"/>);
/// in the ordinary ones nothing counts and the map stays empty.
/// </summary>
internal sealed class Coverage
{
    /// <summary>The size that the instrumented code takes for granted.</summary>
    public const int MapBytes = 1 << 16;

    private static readonly string[] Ours =
        ["Exeat.Names.dll", "Exeat.Wire.dll", "Exeat.Policy.dll", "Exeat.Linux.dll", "Exeat.Flows.dll", "Exeat.Api.dll", "exeat-gateway.dll"];

    private static readonly FieldInfo Previous = Counter("PrevLocation");
    private static readonly object Nowhere = 0;

    private readonly byte[] _map = GC.AllocateArray<byte>(MapBytes, pinned: true);
    private readonly byte[] _seen = new byte[MapBytes];

    /// <summary>The branches count in this one from now on. Without any, instrumented code has nowhere to count and takes the process along.</summary>
    public Coverage() => Counter("SharedMem").SetValue(null, Marshal.UnsafeAddrOfPinnedArrayElement(_map, 0));

    /// <summary>Branches that any input took so far.</summary>
    public int Edges { get; private set; }

    /// <summary>Makes the branches of our assemblies in this folder count; of the fuzz program itself only the reader that the self-check plants its faults in.</summary>
    public static int Instrument(string folder)
    {
        int types = 0;
        foreach (string name in Ours) types += Fuzzer.Instrument(Path.Combine(folder, name), _ => true, Options.Value).Count();
        return types + Fuzzer.Instrument(Path.Combine(folder, "Exeat.Fuzz.dll"), type => type == typeof(SelfCheck.PlantedFaults).FullName, Options.Value).Count();
    }

    /// <summary>Before an input.</summary>
    public void Begin()
    {
        Array.Clear(_map);
        Previous.SetValue(null, Nowhere);
    }

    /// <summary>After an input: whether it took a branch that none took before, or one clearly more often.</summary>
    public bool IsNew()
    {
        bool isNew = false;
        foreach (int at in Touched())
        {
            byte bucket = Bucket(_map[at]);
            if ((bucket & ~_seen[at]) == 0) continue;
            if (_seen[at] == 0) Edges++;
            _seen[at] |= bucket;
            isNew = true;
        }
        return isNew;
    }

    /// <summary>After an input: its features, each a branch and about how often it was taken.</summary>
    public ImmutableArray<int> Features() => [.. Touched().Select(at => at << 3 | BitOperations.Log2(Bucket(_map[at])))];

    /// <summary>After an input: the same number for the same features.</summary>
    public ulong Signature()
    {
        ulong sum = 14695981039346656037;
        foreach (int at in Touched()) sum = (sum ^ (uint)(at << 8 | Bucket(_map[at]))) * 1099511628211;
        return sum;
    }

    // By name: an assembly that refers to this type is taken for one that counts already.
    private static FieldInfo Counter(string name) =>
        Assembly.Load("SharpFuzz.Common").GetType("SharpFuzz.Common.Trace")?.GetField(name) ?? throw new InvalidOperationException($"SharpFuzz.Common has no {name}");

    // Most of the map is zero, and most inputs touch a few hundred places of it.
    private List<int> Touched()
    {
        _touched.Clear();
        ReadOnlySpan<byte> map = _map;
        for (int at = 0; ; at++)
        {
            int next = map[at..].IndexOfAnyExcept((byte)0);
            if (next < 0) return _touched;
            _touched.Add(at += next);
            if (at + 1 == map.Length) return _touched;
        }
    }

    private readonly List<int> _touched = [];

    // 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more, as AFL has it: counts that differ by one in a hundred are no news.
    private static byte Bucket(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
