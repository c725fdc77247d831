namespace Exeat.Wire;

/// <summary>What a client may send behind its hello before the server has answered: early data (RFC 8446, 4.2.10).</summary>
public static class ZeroRtt
{
    private const byte ApplicationDataRecord = 23;
    private const int MaxRecordBytes = (1 << 14) + 256;

    private static ReadOnlySpan<byte> ChangeCipherSpec => [20, 3, 3, 0, 1, 1];

    /// <summary>
    /// Whether bytes behind a hello are records of application data and nothing else, the last one perhaps not whole, with one
    /// ChangeCipherSpec before them at most (RFC 8446, D.4).
    /// </summary>
    public static bool IsAll(ReadOnlySpan<byte> trailer)
    {
        int known = Math.Min(trailer.Length, ChangeCipherSpec.Length);
        if (trailer[..known].SequenceEqual(ChangeCipherSpec[..known])) trailer = trailer[known..];
        while (!trailer.IsEmpty)
        {
            if (trailer[0] != ApplicationDataRecord || trailer.Length > 1 && trailer[1] != 3) return false;
            if (trailer.Length < HandshakeRecords.RecordHeaderBytes) return true;
            int length = trailer[3] << 8 | trailer[4];
            if (length is 0 or > MaxRecordBytes) return false;
            trailer = trailer[Math.Min(HandshakeRecords.RecordHeaderBytes + length, trailer.Length)..];
        }
        return true;
    }
}
