using System.Text.Json;

namespace Exeat.Store;

/// <summary>Reads and replaces <c>manifest.json</c>: written beside, synced, renamed over; so it is the old one or the new one, whenever the machine stops.</summary>
internal static class ManifestFile
{
    public const string Name = "manifest.json";

    private const long MaxBytes = 256 << 20;

    public static Manifest Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return new Manifest();
        if (new FileInfo(path).Length > MaxBytes) throw new StoreException($"flow store: {path}: larger than any manifest; restore it from a backup");
        if (!TryRead(File.ReadAllBytes(path), out Manifest? manifest))
            throw new StoreException($"flow store: {path}: cannot be read; restore the folder from a backup, or move it away and begin an empty store");
        if (manifest.Version > Manifest.CurrentVersion)
            throw new StoreException($"flow store: {path}: written by a newer release (version {manifest.Version}); open it with that release");
        return manifest;
    }

    /// <summary>False: these bytes are no manifest.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Manifest? manifest)
    {
        manifest = null;
        try
        {
            Manifest? read = JsonSerializer.Deserialize(bytes, ManifestJson.Default.Manifest);
            if (read is null || read.Version > Manifest.CurrentVersion) manifest = read;
            else if (read is { Files: not null, Dead: not null, Seen: not null, Horizons: not null } && read.Files.All(IsSound) && read.Seen.All(IsSound)) manifest = read;
            return manifest is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static void Write(string folder, Manifest manifest)
    {
        string fresh = Path.Combine(folder, Name + ".new");
        using (var file = File.OpenHandle(fresh, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.Manifest), 0);
            RandomAccess.FlushToDisk(file);
        }
        CrashPoint.Reached("manifest-written");
        File.Move(fresh, Path.Combine(folder, Name), overwrite: true);
        CrashPoint.Reached("manifest-renamed");
    }

    // Nothing in a manifest leads out of the folder.
    private static bool IsSound(StoredFile? file) => file is { Path: { Length: > 0 and < 256 } path } && Enum.IsDefined(file.Kind) && !path.StartsWith('/') && !path.Contains("..", StringComparison.Ordinal);

    private static bool IsSound(SeenStream? stream) => stream is { Gateway: not null, Origin: not null, Runs: not null };
}
