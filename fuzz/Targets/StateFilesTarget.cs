using Exeat.Gateway.Host;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Reload;
using Exeat.Names;

namespace Exeat.Fuzz.Targets;

/// <summary>The small files of the state folder: zones, generation and ports. A damaged one never makes two interfaces share a zone, nor a generation that marks cannot carry.</summary>
internal sealed class StateFilesTarget : IFuzzTarget
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"exeat-fuzz-{Environment.ProcessId}-state");

    public string Name => "state-files";

    public int MaxBytes => 4096;

    public int ReplayMutations => 300;

    public void Run(ReadOnlySpan<byte> input)
    {
        Directory.CreateDirectory(_folder);
        try
        {
            File.WriteAllBytes(Path.Combine(_folder, "generation"), input);
            File.WriteAllBytes(Path.Combine(_folder, "zones"), input);
            File.WriteAllBytes(Path.Combine(_folder, "resolver-ports"), input);
            var generation = new GenerationCounter(_folder);
            int last = generation.Last, next = generation.Next();
            Promise.Holds(last is >= 0 and <= MarkLayout.LastGeneration && next is > 0 and <= MarkLayout.LastGeneration && next != last, "the next generation is another one, within the mark");
            Promise.Holds(generation.Last == next, "a generation is written down before it is used");
            var ports = new ResolverPorts(_folder);
            IReadOnlyDictionary<Address, ushort> read = ports.Read();
            Promise.Holds(read.Values.All(port => port >= 1024), "no port that needs a privilege is asked for");
            ports.Write([.. read.Select(pair => (pair.Key, pair.Value))]);
            Promise.Holds(ports.Read() is var again && again.Count == read.Count && read.All(pair => again.TryGetValue(pair.Key, out ushort port) && port == pair.Value), "ports are the same after a restart");
            string[] names = ["ag-0", "ag-1", "eth0"];
            var zones = new ZoneNumbers(_folder);
            ushort[] first = [.. names.Select(zones.Of)];
            Promise.Holds(first.Distinct().Count() == names.Length && !first.Contains((ushort)0), "no two interfaces share a zone");
            Promise.Holds(names.Select(new ZoneNumbers(_folder).Of).SequenceEqual(first), "zones are the same after a restart");
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
