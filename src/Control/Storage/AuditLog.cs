using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Storage;

/// <summary>Who changed what, when. Written in the transaction of the change; rows are never changed, and each has the hash of the one before.</summary>
internal sealed class AuditLog(TimeProvider time)
{
    private static readonly byte[] Beginning = new byte[SHA256.HashSizeInBytes];

    /// <summary>Writes one row. No secret belongs into <paramref name="details"/>.</summary>
    /// <param name="transaction">The change's own.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="action">What, as area.verb: <c>policy.publish</c>, <c>user.disable</c>.</param>
    /// <param name="target">To what: its id or name.</param>
    /// <param name="details">What else a reader needs, such as before and after.</param>
    public void Write(SqliteTransaction transaction, Actor actor, string action, string target, params ReadOnlySpan<(string Key, string? Value)> details)
    {
        string text = Json(details), now = Sql.Text(time.GetUtcNow());
        (long last, byte[] previous) = transaction.List("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", row => (row.GetInt64(0), (byte[])row.GetValue(1))) is [var head] ? head : (0L, Beginning);
        byte[] hash = Hash(last + 1, now, actor.Name, action, target, text, previous);
        transaction.Run("INSERT INTO audit VALUES ($seq, $time, $actor, $action, $target, $details, $previous, $hash)", ("$seq", last + 1), ("$time", now),
            ("$actor", actor.Name), ("$action", action), ("$target", target), ("$details", text), ("$previous", previous), ("$hash", hash));
    }

    /// <summary>Entries that match, newest first; what is null is not asked for.</summary>
    public static Page<AuditEntry> List(SqliteConnection connection, PageRequest page, AuditFilter filter)
    {
        long before = page.After is null ? long.MaxValue : long.TryParse(page.After, CultureInfo.InvariantCulture, out long seq) ? seq : throw Refused.Invalid("the cursor is none of ours", "send the next of the page before, as it was");
        List<AuditEntry> rows = connection.List("""
            SELECT seq, time, actor, action, target, details, hash FROM audit
            WHERE seq < $before AND ($since IS NULL OR time >= $since) AND ($until IS NULL OR time < $until)
              AND ($actor IS NULL OR actor = $actor) AND ($action IS NULL OR action = $action OR substr(action, 1, length($action) + 1) = $action || '.') AND ($target IS NULL OR target = $target)
            ORDER BY seq DESC LIMIT $limit
            """, Read, ("$before", before), ("$since", filter.Since), ("$until", filter.Until), ("$actor", filter.Actor), ("$action", filter.Action), ("$target", filter.Target), ("$limit", page.Limit + 1));
        return page.Page(rows, entry => entry.Seq.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The first place where an entry is missing, changed or does not follow the one before; null when the chain is whole.</summary>
    public static long? FirstBroken(SqliteConnection connection)
    {
        long expected = 0;
        byte[] previous = Beginning;
        foreach ((long seq, bool follows, byte[] hash) in connection.Each("SELECT seq, time, actor, action, target, details, previous, hash FROM audit ORDER BY seq", row =>
        {
            byte[] stated = (byte[])row.GetValue(6), kept = (byte[])row.GetValue(7);
            byte[] found = Hash(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), stated);
            return (row.GetInt64(0), stated.AsSpan().SequenceEqual(previous) && found.AsSpan().SequenceEqual(kept), kept);
        }))
        {
            if (seq != ++expected || !follows) return expected;
            previous = hash;
        }
        return null;
    }

    private static AuditEntry Read(SqliteDataReader row) => new(row.GetInt64(0), row.GetTime(1), row.GetString(2), row.GetString(3), row.GetString(4),
        JsonSerializer.Deserialize(row.GetString(5), ControlJson.Default.DictionaryStringString) ?? [], Convert.ToHexStringLower((byte[])row.GetValue(6)));

    private static byte[] Hash(long seq, string time, string actor, string action, string target, string details, byte[] previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(number, seq);
        hash.AppendData(previous);
        hash.AppendData(number);
        foreach (string part in (string[])[time, actor, action, target, details])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            // The length first: no two rows are the same bytes.
            BinaryPrimitives.WriteInt64BigEndian(number, bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }
        return hash.GetHashAndReset();
    }

    private static string Json(ReadOnlySpan<(string Key, string? Value)> details)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach ((string key, string? value) in details) json.WriteString(key, value);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
