namespace Exeat.Control.Backup;

/// <summary>What a backup is: a tar of a head, the data folder's files, and last the checksums, without which it is not whole.</summary>
internal static class BackupForm
{
    /// <summary>The form that is written; older ones are read.</summary>
    public const int Version = 1;

    public const string Head = "exeat-backup.json", Checksums = "checksums.json", Folder = "data/";

    /// <summary>The flow store's folder in the data folder.</summary>
    public const string Flows = "flows";

    /// <summary>What belongs to a running process, or is made anew.</summary>
    public static bool IsLeftOut(string path) => path is "lock" or People.FirstLogin.FileName || path.StartsWith(Storage.Database.FileName, StringComparison.Ordinal)
        || path.StartsWith(Flows + "/", StringComparison.Ordinal) || path.EndsWith(".new", StringComparison.Ordinal) || path.EndsWith(".sock", StringComparison.Ordinal);
}
