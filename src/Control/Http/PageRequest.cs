using System.Buffers.Text;
using System.Text;
using Exeat.Api.Control;

namespace Exeat.Control.Http;

/// <summary>Which page of a list is wanted: <c>?limit=&amp;cursor=</c>.</summary>
/// <param name="Limit">Entries at most.</param>
/// <param name="After">The key of the last entry of the page before; null: from the beginning.</param>
internal sealed record PageRequest(int Limit, string? After)
{
    public const int DefaultLimit = 100, MaxLimit = 1000;

    // A cursor is a key of ours; the longest are ids and names of 253 bytes.
    private const int MaxCursor = 1024;

    /// <summary>Reads what was asked.</summary>
    public static PageRequest Of(int? limit, string? cursor)
    {
        if (limit is < 1 or > MaxLimit) throw Refused.Invalid($"limit is {limit}", $"write 1 to {MaxLimit}, or leave it out for {DefaultLimit}");
        return new PageRequest(limit ?? DefaultLimit, string.IsNullOrEmpty(cursor) ? null : Key(cursor));
    }

    /// <summary>The page of the first <see cref="Limit"/> of <paramref name="rows"/>; ask for one more than that, so that the end shows.</summary>
    public Page<T> Page<T>(IReadOnlyList<T> rows, Func<T, string> key) => rows.Count <= Limit ? new Page<T>(rows, null)
        : new Page<T>([.. rows.Take(Limit)], Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key(rows[Limit - 1]))));

    private static string Key(string cursor)
    {
        if (cursor.Length <= MaxCursor && Base64Url.IsValid(cursor)) return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        throw Refused.Invalid("the cursor is none of ours", "send the next of the page before, as it was");
    }
}
