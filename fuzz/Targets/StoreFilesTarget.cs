using Exeat.Store;

namespace Exeat.Fuzz.Targets;

/// <summary>A write-ahead file and a manifest of the flow store, as a crash or somebody else may have left them: each is read or is none, and a batch that is read lies within its bytes.</summary>
internal sealed class StoreFilesTarget : IFuzzTarget
{
    public string Name => "store-files";

    public IReadOnlyList<byte[]> Words => Dictionaries.Journal;

    public void Run(ReadOnlySpan<byte> input)
    {
        for (ReadOnlySpan<byte> rest = input; !rest.IsEmpty;)
        {
            if (!WriteAheadBatch.TryRead(rest, out WriteAheadBatch batch, out int used)) break;
            Promise.Holds(used > 0 && used <= rest.Length && batch.Lines.Length < used && batch.Gateway.Length > 0, "a batch lies within its bytes");
            rest = rest[used..];
        }
        if (ManifestFile.TryRead(input, out Manifest? manifest) && manifest.Version <= Manifest.CurrentVersion)
            Promise.Holds(manifest.Files.All(file => !Path.IsPathRooted(file.Path) && !file.Path.Contains("..", StringComparison.Ordinal)), "a manifest names only what is below its folder");
    }
}
