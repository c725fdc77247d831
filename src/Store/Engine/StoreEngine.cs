using System.Globalization;
using DuckDB.NET.Data;

namespace Exeat.Store;

/// <summary>The query engine in this process: its limits, and the table of rows that were replaced.</summary>
/// <remarks>Every text that is executed is made of constants of ours, numbers and paths below the store's folder; values of records and of people are parameters.</remarks>
internal sealed class StoreEngine : IDisposable
{
    private readonly DuckDBConnection _root;

    private StoreEngine(DuckDBConnection root) => _root = root;

    /// <summary>Opens it over the folder; <paramref name="more"/> are others that it may read from.</summary>
    public static StoreEngine Open(StoreOptions options, string temporary, params ReadOnlySpan<string> more)
    {
        var root = new DuckDBConnection("DataSource=:memory:");
        root.Open();
        var engine = new StoreEngine(root);
        string folder = Path.GetFullPath(options.Dir).TrimEnd('/');
        string allowed = string.Join(", ", [Quoted(folder + "/"), .. more.ToArray().Select(path => Quoted(path + "/"))]);
        foreach (string setting in new[]
        {
            Number($"SET memory_limit='{options.MemoryBytes / (1 << 20)}MiB'"),
            Number($"SET threads={Math.Max(1, options.Threads)}"),
            $"SET temp_directory={Quoted(temporary)}",
            Number($"SET max_temp_directory_size='{options.TemporaryBytes / (1 << 20)}MiB'"),
            "SET autoinstall_known_extensions=false",
            "SET autoload_known_extensions=false",
            "SET allow_community_extensions=false",
            "SET preserve_insertion_order=false",
            "SET enable_progress_bar=true",
            "SET enable_progress_bar_print=false",
            // Tables in memory are written out and dropped within a minute: to compress them first, as a checkpoint does, is work for nothing.
            "SET checkpoint_threshold='1TiB'",
            // Files of these folders and nothing else: no other path, no network.
            $"SET allowed_directories=[{allowed}]",
            "SET enable_external_access=false",
            // Nothing of this can be changed back.
            "SET lock_configuration=true",
            "CREATE TABLE dead (rid BIGINT)",
        })
        {
            engine.Run(setting);
        }
        return engine;
    }

    /// <summary>A connection of one's own, with a transaction of its own.</summary>
    public DuckDBConnection Connect()
    {
        DuckDBConnection made = _root.Duplicate();
        made.Open();
        return made;
    }

    public void Run(string sql)
    {
        using DuckDBConnection connection = Connect();
        Run(connection, sql);
    }

    public static void Run(DuckDBConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using DuckDBCommand command = Command(connection, sql, values);
        command.ExecuteNonQuery();
    }

    public static long Scalar(DuckDBConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using DuckDBCommand command = Command(connection, sql, values);
        return Convert.ToInt64(command.ExecuteScalar() is { } value and not DBNull ? value : 0L, CultureInfo.InvariantCulture);
    }

    public static DuckDBCommand Command(DuckDBConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in values) command.Parameters.Add(new DuckDBParameter(name, value));
        return command;
    }

    /// <summary>A text constant of ours, such as a path.</summary>
    public static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    public void Dispose() => _root.Dispose();

    private static string Number(FormattableString text) => FormattableString.Invariant(text);
}
