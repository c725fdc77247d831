using System.Globalization;

namespace Exeat.Store;

/// <summary>An event's <c>id</c> in its parts.</summary>
/// <param name="Origin">The gateway that the id names; it delivers under its own identity, which may be another.</param>
/// <param name="Epoch">Counts openings of the gateway's journal.</param>
/// <param name="Sequence">Counts events within the epoch.</param>
internal readonly record struct EventKey(string Origin, long Epoch, long Sequence)
{
    // As the journal bounds epochs; sequences of 2^40 events would be half a petabyte.
    private const long Most = 1L << 40;
    private const int LongestOrigin = 256;

    public static bool TryParse(string text, out EventKey key) => TryParse(text, "", out key);

    /// <summary>Reads an id; its origin is <paramref name="origin"/> itself when it says the same, as those of a batch do.</summary>
    public static bool TryParse(string text, string origin, out EventKey key)
    {
        key = default;
        int second = text.LastIndexOf('/');
        int first = second > 0 ? text.LastIndexOf('/', second - 1) : -1;
        if (first is <= 0 or > LongestOrigin) return false;
        if (!long.TryParse(text.AsSpan(first + 1, second - first - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) || epoch > Most) return false;
        if (!long.TryParse(text.AsSpan(second + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) || sequence > Most) return false;
        key = new EventKey(text.AsSpan(0, first).SequenceEqual(origin) ? origin : text[..first], epoch, sequence);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin}/{Epoch}/{Sequence}");
}
