using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Storage;

/// <summary>Statements in one line each. Values are parameters, always; times are texts of one length that sort as times.</summary>
[SuppressMessage("Security", "CA2100", Justification = "The texts are literals of this program; what people write comes as parameters.")]
internal static class Sql
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>How a time is kept.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture);

    /// <summary>Runs a statement and says how many rows it changed.</summary>
    public static int Run(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(connection, null, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <inheritdoc cref="Run(SqliteConnection, string, ReadOnlySpan{ValueTuple{string, object}})"/>
    public static int Run(this SqliteTransaction transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(transaction.Connection!, transaction, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The rows, read at once.</summary>
    public static List<T> List<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(connection, null, sql, values);
        return Read(command, read);
    }

    /// <inheritdoc cref="List{T}(SqliteConnection, string, Func{SqliteDataReader, T}, ReadOnlySpan{ValueTuple{string, object}})"/>
    public static List<T> List<T>(this SqliteTransaction transaction, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(transaction.Connection!, transaction, sql, values);
        return Read(command, read);
    }

    /// <summary>The rows one by one, for lists that are not held in memory.</summary>
    public static IEnumerable<T> Each<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using SqliteCommand command = Command(connection, null, sql, []);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read()) yield return read(reader);
    }

    /// <summary>The first value of the first row; default when there is none or it is null.</summary>
    public static T? Scalar<T>(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(connection, null, sql, values);
        return command.ExecuteScalar() is T value ? value : default;
    }

    /// <inheritdoc cref="Scalar{T}(SqliteConnection, string, ReadOnlySpan{ValueTuple{string, object}})"/>
    public static T? Scalar<T>(this SqliteTransaction transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(transaction.Connection!, transaction, sql, values);
        return command.ExecuteScalar() is T value ? value : default;
    }

    /// <summary>A time of a row.</summary>
    public static DateTimeOffset GetTime(this SqliteDataReader row, int column) =>
        DateTimeOffset.ParseExact(row.GetString(column), TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>A time of a row that may be null.</summary>
    public static DateTimeOffset? GetTimeOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetTime(column);

    /// <summary>A text of a row that may be null.</summary>
    public static string? GetTextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach ((string name, object? value) in values)
            command.Parameters.AddWithValue(name, value switch { null => DBNull.Value, DateTimeOffset time => Text(time), bool flag => flag ? 1 : 0, _ => value });
        return command;
    }

    private static List<T> Read<T>(SqliteCommand command, Func<SqliteDataReader, T> read)
    {
        List<T> rows = [];
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }
}
