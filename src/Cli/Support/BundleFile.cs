using System.Formats.Tar;
using System.IO.Compression;

namespace Exeat.Cli;

/// <summary>Writes a bundle: a compressed archive for its owner's eyes. Never over a file that exists.</summary>
internal static class BundleFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string path, string folder, IReadOnlyList<BundlePart> parts, DateTimeOffset now)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        try
        {
            using var file = new FileStream(path, options);
            using var compressed = new GZipStream(file, CompressionLevel.Optimal);
            using var archive = new TarWriter(compressed, TarEntryFormat.Pax);
            foreach (BundlePart part in parts)
            {
                archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{folder}/{part.Name}") { DataStream = new MemoryStream(part.Content), Mode = OwnerOnly, ModificationTime = now });
            }
        }
        catch (IOException taken) when (File.Exists(path) && taken.HResult == FileExists)
        {
            throw new CommandFailure(ExitCode.InputWrong, $"support-bundle: {path} exists, and is not written over; give another with --out");
        }
    }

    // EEXIST, as .NET gives errno on Unix.
    private const int FileExists = 17;
}
