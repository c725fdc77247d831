using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Exeat.Gateway.Judging;

/// <summary>
/// Which hello was let out under a connection id, for as long as a server may still keep a part of it. A server joins what comes later under the same id with what it has, and so could read a hello
/// of two that were each judged whole: under an id that was used, the very same hello passes and no other. Clients choose ids at random (RFC 9000, 7.2).
/// </summary>
/// <remarks>
/// It outlives flows: their end, and other sockets, agents and addresses, change nothing for a server that finds connections by their id. A fixed number of places, of which one agent has an eighth at most, in small groups found by a keyed hash.
/// What is remembered is never pushed out by another id: in a full group there is no room for a newcomer. The verdict thread is its only owner.
/// </remarks>
internal sealed class HelloMemory(TimeProvider time)
{
    private const int Groups = 1 << 13, PlacesInGroup = 8, SecretBytes = 16, KeyBytes = SecretBytes + 1 + MostIdBytes + 16 + 2;

    /// <summary>Hellos of one agent: sixty-eight new connections a second, without end.</summary>
    public const int PerAgent = Groups * PlacesInGroup / 8;

    // RFC 9000, 17.2: of version 1 no id is longer; what is longer is told apart by its length and its first bytes.
    private const int MostIdBytes = 20;

    // RFC 9000, 7.2: what a client chooses at random has at least so many. A server's own (Retry) may be shorter, and then says nothing without the server.
    private const int LeastIdBytes = 8;

    /// <summary>How long servers keep a handshake that does not go on, amply: ten to sixty seconds.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SecretBytes);

    // Made with the first hello: many gateways see no QUIC.
    private Place[]? _places;
    private int _swept;

    /// <summary>What stands for a hello: no two have the same.</summary>
    public static UInt128 Digest(ReadOnlySpan<byte> hello)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hello, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Whether another hello was let out under this id.</summary>
    public bool HasAnother(in FlowKey to, ReadOnlySpan<byte> id, UInt128 digest)
    {
        if (_places is null) return false;
        foreach (ref readonly Place place in Group(to, id, out UInt128 key))
            if (place.Key == key && place.Digest != digest && IsKept(place)) return true;
        return false;
    }

    /// <summary>A connection goes on: what is remembered under its id, whoever's it is, has its time again.</summary>
    public void Refresh(in FlowKey to, ReadOnlySpan<byte> id)
    {
        if (_places is null) return;
        foreach (ref Place place in Group(to, id, out UInt128 key))
            if (place.Key == key && IsKept(place)) place.At = time.GetTimestamp();
    }

    /// <summary>A hello goes out: from now on it is remembered for <see cref="Kept"/>. False: there is no room, or its agent has all of its share, so it may not.</summary>
    public bool TryRemember(in FlowKey to, ReadOnlySpan<byte> id, UInt128 digest, AgentUse use)
    {
        _places ??= new Place[Groups * PlacesInGroup];
        Span<Place> group = Group(to, id, out UInt128 key);
        int free = -1;
        for (int i = 0; i < group.Length; i++)
        {
            if (group[i].Key == key && group[i].At != 0)
            {
                free = i;
                break;
            }
            if (free < 0 && !IsKept(group[i])) free = i;
        }
        if (free < 0) return false;
        ref Place place = ref group[free];
        // Sent again, by whomever: it stays what it is, the first one's.
        if (place.Key != key || !IsKept(place))
        {
            GiveBack(ref place);
            if (use.Hellos >= PerAgent) return false;
            use.Hellos++;
            place.Owner = use;
        }
        (place.Key, place.Digest, place.At) = (key, digest, Math.Max(1, time.GetTimestamp()));
        return true;
    }

    /// <summary>Gives back what has run out to whom it was counted; to be called every second. An eighth of the places each time: a quarter of a millisecond.</summary>
    public void Sweep()
    {
        if (_places is null) return;
        int slice = _places.Length / 8;
        foreach (ref Place place in _places.AsSpan(_swept, slice))
            if (place.Owner is not null && !IsKept(place)) GiveBack(ref place);
        _swept = (_swept + slice) % _places.Length;
    }

    private static void GiveBack(ref Place place)
    {
        if (place.Owner is { } owner) owner.Hellos--;
        place = default;
    }

    private bool IsKept(in Place place) => place.At != 0 && time.GetElapsedTime(place.At) <= Kept;

    private Span<Place> Group(in FlowKey to, ReadOnlySpan<byte> id, out UInt128 key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes];
        bytes.Clear();
        _secret.CopyTo(bytes);
        bytes[SecretBytes] = (byte)id.Length;
        id[..Math.Min(id.Length, MostIdBytes)].CopyTo(bytes[(SecretBytes + 1)..]);
        if (id.Length < LeastIdBytes)
        {
            to.Destination.WriteTo(bytes[(SecretBytes + 1 + MostIdBytes)..]);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(KeyBytes - 2)..], to.Port);
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        key = BinaryPrimitives.ReadUInt128BigEndian(hash);
        return _places.AsSpan(BinaryPrimitives.ReadUInt16BigEndian(hash[16..]) % Groups * PlacesInGroup, PlacesInGroup);
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Place
    {
        public UInt128 Key;
        public UInt128 Digest;
        public long At;
        public AgentUse? Owner;
    }
}
