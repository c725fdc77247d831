using System.Text;
using Exeat.Flows;
using Exeat.Store;

namespace Exeat.Fuzz.Targets.Stateful;

/// <summary>What the flow store reads: lines of a gateway, a write-ahead file and a manifest, as a crash or somebody else may have left them. Each is read or is none, and a batch that is read lies within its bytes.</summary>
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
        var incoming = new IncomingBatch("gw-1", DateTimeOffset.UnixEpoch.AddYears(56));
        incoming.Read(input.ToArray(), new EventReader());
        Promise.Holds(incoming.Events.Count + incoming.Refused <= input.Length, "no more events than there are lines");
        if (EventKey.TryParse(Encoding.UTF8.GetString(input), out EventKey key)) Promise.Holds(key.Origin.Length > 0 && key.Epoch >= 0 && key.Sequence >= 0, "an id has three parts");
        if (ManifestFile.TryRead(input, out Manifest? manifest) && manifest.Version <= Manifest.CurrentVersion)
            Promise.Holds(manifest.Files.All(file => !Path.IsPathRooted(file.Path) && !file.Path.Contains("..", StringComparison.Ordinal)), "a manifest names only what is below its folder");
    }
}
