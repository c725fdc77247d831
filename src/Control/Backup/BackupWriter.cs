using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Exeat.Api;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Backup;

/// <summary>
/// Writes a backup while control runs, from another process. SQLite copies its own file; the flow store's files never change once its manifest names them,
/// so they are copied first, and then the manifest with the write-ahead files, until the manifest is the same before and after.
/// </summary>
internal sealed class BackupWriter : IDisposable
{
    private const string ManifestName = "manifest.json", WriteAheadName = "wal";

    // The manifest changes every minute or so, and what is new between two looks is small.
    private const int MaxTurns = 20;

    private readonly string _folder;
    private readonly TarWriter _tar;
    private readonly Dictionary<string, string> _sums = new(StringComparer.Ordinal);

    private BackupWriter(string folder, Stream destination) => (_folder, _tar) = (folder, new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true));

    /// <summary>Writes the backup of a data folder into a new file for its owner alone. A failure leaves no file.</summary>
    public static void Write(string folder, string file, TimeProvider time)
    {
        if (!File.Exists(Path.Combine(folder, Database.FileName))) throw new ControlFailure(3, $"{folder} has no {Database.FileName}: name the document of a control that has run");
        if (File.Exists(file)) throw new ControlFailure(2, $"{file} is there already: a backup overwrites nothing; name a new file");
        string unfinished = file + ".unfinished", copy = file + ".db";
        try
        {
            File.Delete(unfinished);
            using (FileStream destination = PrivateFile.Create(unfinished))
            {
                using (var writer = new BackupWriter(folder, destination)) writer.WriteAll(copy, time);
                destination.Flush(flushToDisk: true);
            }
            File.Move(unfinished, file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new ControlFailure(3, $"the backup {file} cannot be written ({refused.Message.TrimEnd('.')}): check room and rights there and in {folder}");
        }
        finally
        {
            File.Delete(unfinished);
            File.Delete(copy);
        }
    }

    public void Dispose() => _tar.Dispose();

    private void WriteAll(string copy, TimeProvider time)
    {
        AddText(BackupForm.Head, JsonSerializer.SerializeToUtf8Bytes(new BackupHead(BackupForm.Version, Product.Version, time.GetUtcNow()), BackupJson.Default.BackupHead));
        using (Database database = Database.At(_folder, time))
        {
            database.Change(change => new AuditLog(time).Write(change, Actor.Control, "backup.create", "backup"));
            CopyDatabase(database, copy);
        }
        AddFile(Database.FileName, copy);
        foreach (string path in Files(_folder).Where(path => !BackupForm.IsLeftOut(path))) AddFile(path, Path.Combine(_folder, path));
        string flows = Path.Combine(_folder, BackupForm.Flows);
        if (Directory.Exists(flows)) AddFlows(flows);
        AddText(BackupForm.Checksums, JsonSerializer.SerializeToUtf8Bytes(_sums, BackupJson.Default.DictionaryStringString));
    }

    private static void CopyDatabase(Database database, string copy)
    {
        File.Delete(copy);
        PrivateFile.Create(copy).Dispose();
        using SqliteConnection source = database.Open();
        using var destination = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
        destination.Open();
        source.BackupDatabase(destination);
    }

    private void AddFlows(string flows)
    {
        string manifest = Path.Combine(flows, ManifestName);
        for (int turn = 0; turn < MaxTurns; turn++)
        {
            byte[] before = Read(manifest);
            try
            {
                // One that the manifest stops naming later is in the way of nobody: the store deletes strangers when it opens.
                foreach (string path in Named(before).Where(path => !_sums.ContainsKey($"{BackupForm.Folder}{BackupForm.Flows}/{path}"))) AddFile($"{BackupForm.Flows}/{path}", Path.Combine(flows, path));
                Dictionary<string, byte[]> writeAhead = Files(Path.Combine(flows, WriteAheadName)).ToDictionary(path => $"{WriteAheadName}/{path}", path => Read(Path.Combine(flows, WriteAheadName, path)));
                if (!before.AsSpan().SequenceEqual(Read(manifest))) continue;
                foreach ((string path, byte[] content) in writeAhead) AddText($"{BackupForm.Folder}{BackupForm.Flows}/{path}", content);
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                // Replaced meanwhile: the manifest is another one.
                continue;
            }
            if (before.Length > 0) AddText($"{BackupForm.Folder}{BackupForm.Flows}/{ManifestName}", before);
            return;
        }
        throw new IOException($"{flows} changed {MaxTurns} times while it was copied");
    }

    private static IEnumerable<string> Named(byte[] manifest)
    {
        if (manifest.Length == 0) return [];
        using JsonDocument document = JsonDocument.Parse(manifest);
        return [.. document.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()!)];
    }

    private static byte[] Read(string file)
    {
        if (!File.Exists(file)) return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private void AddFile(string path, string file)
    {
        using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Add(BackupForm.Folder + path, content);
    }

    private void AddText(string name, byte[] content)
    {
        using var stream = new MemoryStream(content);
        Add(name, stream);
    }

    private void Add(string name, Stream content)
    {
        _sums[name] = Convert.ToHexStringLower(SHA256.HashData(content));
        content.Position = 0;
        _tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = PrivateFile.Mode });
    }

    private static IEnumerable<string> Files(string folder) => !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => (File.GetAttributes(file) & FileAttributes.ReparsePoint) == 0)
        .Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal).ToList();
}
