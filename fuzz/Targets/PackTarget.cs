using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Fuzz.Targets;

/// <summary>A pack's document, listed and included by a policy.</summary>
internal sealed class PackTarget : IFuzzTarget
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"exeat-fuzz-{Environment.ProcessId}-packs");

    public string Name => "pack-document";

    public IReadOnlyList<byte[]> Words => Dictionaries.Yaml;

    public int ReplayMutations => 300;

    public void Run(ReadOnlySpan<byte> input)
    {
        string packs = Path.Combine(_folder, "packs"), policy = Path.Combine(_folder, "policy.yaml");
        Directory.CreateDirectory(Path.Combine(packs, "web"));
        try
        {
            File.WriteAllBytes(Path.Combine(packs, "web", "pack.yaml"), input);
            File.WriteAllText(policy, "apiVersion: exeat/v1\nkind: Policy\nmode: enforce\ndefault: deny\ninclude: [{pack: web, with: {region: eu-west-1}}]\nrules: []\n");
            ImmutableArray<PackSummary> listed = PackCatalog.Read(packs).Packs;
            LoadResult loaded = PolicyLoader.Load(policy, new LoadOptions { PacksDirectory = packs });
            Promise.Holds(loaded.Policy is not null || !loaded.Problems.IsEmpty, "a policy, or what is wrong with it");
            Promise.Holds(listed.Length <= 1, "one pack is listed at most");
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
