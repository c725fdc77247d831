using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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

    /// <summary>The first row whose place, content or predecessor is not as it was written; null when the chain is whole.</summary>
    public static long? FirstBroken(SqliteConnection connection)
    {
        long expected = 0;
        byte[] previous = Beginning;
        foreach ((long seq, byte[] stated, byte[] hash, byte[] kept) in connection.List("SELECT seq, time, actor, action, target, details, previous, hash FROM audit ORDER BY seq", row =>
            (row.GetInt64(0), (byte[])row.GetValue(6), Hash(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), (byte[])row.GetValue(6)), (byte[])row.GetValue(7))))
        {
            if (seq != ++expected || !stated.AsSpan().SequenceEqual(previous) || !hash.AsSpan().SequenceEqual(kept)) return expected;
            previous = kept;
        }
        return null;
    }

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
