using System.Globalization;

namespace Exeat.Flows;

/// <summary>Remembers which event ids were read. Sequences mostly come in order, so per gateway and epoch only the highest number and the gaps below it are kept.</summary>
internal sealed class SeenEvents
{
    private readonly Dictionary<string, Stream> _streams = [];
    private readonly HashSet<string> _others = [];

    /// <summary>False: this id was read before.</summary>
    public bool Add(string id)
    {
        int slash = id.LastIndexOf('/');
        if (slash < 0 || !long.TryParse(id.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)) return _others.Add(id);
        var streams = _streams.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!streams.TryGetValue(id.AsSpan(0, slash), out Stream? stream)) streams[id.AsSpan(0, slash)] = stream = new Stream();
        return stream.Add(sequence);
    }

    private sealed class Stream
    {
        private readonly List<(long First, long Last)> _gaps = [];
        private long _highest = -1;

        public bool Add(long sequence)
        {
            if (sequence > _highest)
            {
                if (sequence > _highest + 1) _gaps.Add((_highest + 1, sequence - 1));
                _highest = sequence;
                return true;
            }
            int at = _gaps.FindIndex(gap => gap.First <= sequence && sequence <= gap.Last);
            if (at < 0) return false;
            (long first, long last) = _gaps[at];
            _gaps.RemoveAt(at);
            if (first < sequence) _gaps.Add((first, sequence - 1));
            if (sequence < last) _gaps.Add((sequence + 1, last));
            return true;
        }
    }
}
