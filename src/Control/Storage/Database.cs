using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Storage;

/// <summary>Control's one SQLite file: everything but flows. Write-ahead log, synced at every commit; embedded scripts bring an older file up, each once.</summary>
internal sealed partial class Database : IDisposable
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "control.db";

    private const int BusySeconds = 10;
    private readonly string _connect;
    // SQLite has one writer; waiting here is fair and needs no busy loop.
    private readonly Lock _writing = new();

    private Database(string path) => (Path, _connect) = (path, new SqliteConnectionStringBuilder
    {
        DataSource = path,
        ForeignKeys = true,
        DefaultTimeout = BusySeconds,
        Pooling = true,
    }.ToString());

    public string Path { get; }

    /// <summary>Opens or makes the file, checks it, and runs the scripts that it lacks.</summary>
    public static Database At(string folder, TimeProvider time)
    {
        string path = System.IO.Path.Combine(folder, FileName);
        var database = new Database(path);
        try
        {
            if (!File.Exists(path)) PrivateFile.Create(path).Dispose();
            using SqliteConnection connection = database.Open();
            connection.Run("PRAGMA journal_mode=WAL");
            string found = connection.Scalar<string>("PRAGMA integrity_check") ?? "nothing";
            if (found != "ok") throw new ControlFailure(3, $"{path} is damaged ({found}): restore a backup (exeat-control restore FILE)");
            Migrate(connection, path, time);
            return database;
        }
        catch (Exception refused) when (refused is SqliteException or IOException or UnauthorizedAccessException)
        {
            database.Dispose();
            throw new ControlFailure(3, $"{path} cannot be opened ({refused.Message.TrimEnd('.')}): check the folder's owner and room, or restore a backup");
        }
    }

    /// <summary>A connection of the pool; its owner disposes it.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connect);
        connection.Open();
        connection.Run("PRAGMA synchronous=FULL");
        return connection;
    }

    /// <summary>Does all or nothing. One change at a time; what it throws takes everything back.</summary>
    public T Change<T>(Func<SqliteTransaction, T> change)
    {
        lock (_writing)
        {
            using SqliteConnection connection = Open();
            using SqliteTransaction transaction = connection.BeginTransaction();
            T result = change(transaction);
            transaction.Commit();
            return result;
        }
    }

    /// <inheritdoc cref="Change{T}"/>
    public void Change(Action<SqliteTransaction> change) => Change(transaction =>
    {
        change(transaction);
        return true;
    });

    public void Dispose()
    {
        using var any = new SqliteConnection(_connect);
        SqliteConnection.ClearPool(any);
    }

    /// <summary>The scripts by number: 010-core.sql is number 10.</summary>
    public static IReadOnlyList<(int Number, string Name)> Scripts { get; } =
    [
        .. typeof(Database).Assembly.GetManifestResourceNames().Select(name => (Match: ScriptName().Match(name), Name: name)).Where(found => found.Match.Success)
            .Select(found => (int.Parse(found.Match.Groups[1].Value, CultureInfo.InvariantCulture), found.Name)).OrderBy(script => script.Item1),
    ];

    private static void Migrate(SqliteConnection connection, string path, TimeProvider time)
    {
        connection.Run("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied TEXT NOT NULL) STRICT");
        HashSet<long> done = [.. connection.List("SELECT number FROM schema_version", row => row.GetInt64(0))];
        if (done.Except(Scripts.Select(script => (long)script.Number)).Order().FirstOrDefault() is > 0 and long unknown)
            throw new ControlFailure(3, $"{path} was written by a newer release (schema {unknown} is not known here): run that release, or restore a backup of this one");
        foreach ((int number, string name) in Scripts.Where(script => !done.Contains(script.Number)))
        {
            using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(name)!);
            using SqliteTransaction transaction = connection.BeginTransaction();
            transaction.Run(reader.ReadToEnd());
            transaction.Run("INSERT INTO schema_version VALUES ($number, $name, $now)", ("$number", number), ("$name", name), ("$now", time.GetUtcNow()));
            transaction.Commit();
        }
    }

    [GeneratedRegex(@"^([0-9]{3})-[a-z]+\.sql$")]
    private static partial Regex ScriptName();
}
