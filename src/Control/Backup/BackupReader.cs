using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Exeat.Control.Http;
using Exeat.Control.Storage;

namespace Exeat.Control.Backup;

/// <summary>Puts a backup onto an empty folder: all of it after every checksum held, or nothing.</summary>
internal sealed class BackupReader
{
    private const string Unfinished = ".restoring";

    private readonly string _place;
    private readonly Dictionary<string, string> _sums = new(StringComparer.Ordinal);
    private readonly string _file;

    private BackupReader(string file, string place) => (_file, _place) = (file, place);

    /// <summary>Restores; throws <see cref="ControlFailure"/> with what is wrong, and then the folder is as it was.</summary>
    public static void Restore(string file, string folder, TimeProvider time)
    {
        try
        {
            using FolderLock locked = FolderLock.Take(folder);
            if (Directory.EnumerateFileSystemEntries(folder).Any(path => Path.GetFileName(path) is not "lock" and not Unfinished))
                throw new ControlFailure(2, $"{folder} is not empty: a backup is restored onto an empty folder; move what is there away, or name another under data");
            string place = Path.Combine(folder, Unfinished);
            if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
            PrivateFile.Folder(place);
            try
            {
                new BackupReader(file, place).ReadAll();
                foreach (string path in Directory.EnumerateFileSystemEntries(Path.Combine(place, "data")).ToList())
                    Directory.Move(path, Path.Combine(folder, Path.GetFileName(path)));
            }
            finally
            {
                Directory.Delete(place, recursive: true);
            }
            using Database database = Database.At(folder, time);
            database.Change(change => new AuditLog(time).Write(change, Actor.Control, "backup.restore", Path.GetFileName(file)));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ControlFailure(3, $"the backup {file} cannot be restored to {folder} ({refused.Message.TrimEnd('.')}): check the paths, room and rights");
        }
    }

    private void ReadAll()
    {
        Dictionary<string, string>? stated = null;
        try
        {
            using var content = new FileStream(_file, FileMode.Open, FileAccess.Read);
            using var tar = new TarReader(content);
            if (tar.GetNextEntry() is not { Name: BackupForm.Head, DataStream: { } head } || Keep(BackupForm.Head, head) is not { } bytes) throw Damaged("it does not begin as a backup of control does");
            BackupHead read = JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupHead) ?? throw Damaged("its head is empty");
            if (read.Format > BackupForm.Version) throw new ControlFailure(2, $"{_file} was written by {read.Product} in form {read.Format}, this release reads up to {BackupForm.Version}: take the release that wrote it");
            while (tar.GetNextEntry() is { } entry)
            {
                if (stated is not null) throw Damaged("something follows its checksums");
                if (entry.Name == BackupForm.Checksums && entry.DataStream is { } sums) stated = JsonSerializer.Deserialize(sums, BackupJson.Default.DictionaryStringString);
                else Extract(entry);
            }
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or JsonException or FormatException)
        {
            throw Damaged(broken.Message.TrimEnd('.'));
        }
        if (stated is null) throw Damaged("its end is missing");
        if (stated.Keys.Except(_sums.Keys).FirstOrDefault() is { } missing) throw Damaged($"{missing} is missing");
        foreach ((string name, string found) in _sums)
        {
            if (stated.GetValueOrDefault(name) != found) throw Damaged($"{name} is not as it was written");
        }
        if (!_sums.ContainsKey(BackupForm.Folder + Database.FileName)) throw Damaged("it has no database");
    }

    private byte[]? Keep(string name, Stream content)
    {
        const int MaxHead = 64 * 1024;
        if (content.Length > MaxHead) return null;
        byte[] bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        _sums[name] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return bytes;
    }

    private void Extract(TarEntry entry)
    {
        string path = Path.GetFullPath(Path.Combine(_place, entry.Name));
        // A backup is made by us, but lies about outside: nothing of it leaves the folder, and nothing but plain files is made.
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !path.StartsWith(Path.Combine(_place, BackupForm.Folder), StringComparison.Ordinal) || _sums.ContainsKey(entry.Name))
            throw Damaged("it has an entry that no backup has");
        PrivateFile.Folder(Path.GetDirectoryName(path)!);
        using FileStream file = PrivateFile.Create(path);
        entry.DataStream?.CopyTo(file);
        file.Flush(flushToDisk: true);
        file.Position = 0;
        _sums[entry.Name] = Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private ControlFailure Damaged(string how) => new(2, $"the backup {_file} is damaged: {how}. Nothing was restored; take another one");
}
