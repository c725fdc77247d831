using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Exeat.Flows;

/// <summary>Keeps the words that journal lines repeat (agents, rules, versions, names), so that reading a long journal does not make each of them a million times.</summary>
internal sealed class WordCache
{
    // Together less than 1 MiB: a place holds one word, and a newcomer takes the place of the older one.
    private const int Places = 4096;
    private const int LongestWord = 64;

    private readonly string?[] _words = new string?[Places];

    /// <summary>The text of the string or property name that the reader stands at.</summary>
    public string Of(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ValueSpan;
        if (reader.ValueIsEscaped || bytes.Length > LongestWord) return reader.GetString() ?? "";
        ref string? place = ref _words[Hash(bytes) % Places];
        if (place is not null && Ascii.Equals(bytes, place)) return place;
        return Ascii.IsValid(bytes) ? place = Encoding.ASCII.GetString(bytes) : reader.GetString() ?? "";
    }

    // Beginning, middle and end tell the words of a journal apart; who chooses others alike only makes the cache useless.
    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = (ulong)bytes.Length;
        if (bytes.Length < 8)
        {
            foreach (byte b in bytes) hash = hash << 7 ^ hash >> 57 ^ b;
        }
        else
        {
            hash ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]), 21)
                ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(bytes[((bytes.Length / 2) - 4)..]), 42);
        }
        return (uint)(hash * 0x9FB21C651E98DF25 >> 40);
    }
}
