using System.Security.Cryptography;
using System.Text;

namespace Exeat.Store;

/// <summary>Ids of units: 128 bits that stay the same however often and in whatever order events come.</summary>
internal static class UnitId
{
    /// <summary>A flow's own UUID; of a text that is none, a digest of it.</summary>
    public static Guid OfFlow(string flow) => Guid.TryParseExact(flow, "D", out Guid id) ? id : Digest("flow", flow);

    public static Guid OfEvent(string gateway, in EventKey key) => Digest(gateway, key.ToString());

    /// <summary>The milliseconds since 1970 in a UUIDv7; null: it is none.</summary>
    public static long? Moment(Guid id)
    {
        if (id.Version != 7) return null;
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16 & 0xFFFF_FFFF_FFFF;
    }

    private static Guid Digest(string first, string second)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{first}\n{second}"), digest);
        return new Guid(digest[..16]);
    }
}
