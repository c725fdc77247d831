using System.Globalization;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Cuts all labels into regions: in one region every label is matched by the same globs. Each region that holds a label gets one or two as witnesses.</summary>
/// <remarks>
/// All globs are followed together as automata (a set of places in each), over the letters that they spell and one that none of them does. Every combination of
/// places that can be reached is visited once, so that no region is missed; the places are few, since globs are short and have a star or two.
/// </remarks>
internal sealed class LabelRegions
{
    // A glob has at most 127 bytes (63 letters and a star between any two), so its places fit the bits.
    private const string Letters = "xyzwabcdefghijklmnopqrstuv0123456789-_";
    private static readonly string[] Readable = ["other", "another", "www", "api"];

    private readonly List<byte[]> _globs;
    private readonly HashSet<string> _without;
    private readonly int _maxStates;
    private readonly Dictionary<string, Region> _regions = new(StringComparer.Ordinal);

    private LabelRegions(List<byte[]> globs, HashSet<string> without, int maxStates) => (_globs, _without, _maxStates) = (globs, without, maxStates);

    /// <summary>One region.</summary>
    /// <param name="Matched">Which globs match its labels.</param>
    /// <param name="First">A label of it.</param>
    /// <param name="Second">Another label of it; null when none was found.</param>
    internal sealed record Region(bool[] Matched, string First, string? Second);

    /// <summary>The regions of labels, apart from some labels that are looked at by themselves.</summary>
    /// <param name="globs">The globs.</param>
    /// <param name="without">The labels that belong to no region.</param>
    /// <param name="maxStates">How many combinations of places are visited at most.</param>
    /// <param name="isExact">False: there were more, and a region may be missing.</param>
    public static IReadOnlyCollection<Region> Find(List<byte[]> globs, HashSet<string> without, int maxStates, out bool isExact)
    {
        var regions = new LabelRegions(globs, without, maxStates);
        foreach (string word in Readable) regions.Note(word);
        for (int i = 2; regions._regions.Count == 0 || (globs.Count == 0 && regions._regions.Values.First().Second is null); i++) regions.Note(string.Create(CultureInfo.InvariantCulture, $"other{i}"));
        isExact = globs.Count == 0 || (regions.Search(minding: false) ?? regions.Search(minding: true) ?? false);
        return regions._regions.Values;
    }

    // Whether the label may stand for a region it lies in.
    private bool Note(string label)
    {
        if (_without.Contains(label)) return false;
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(label);
        bool[] matched = [.. _globs.Select(glob => LabelGlob.Matches(glob, bytes))];
        string key = KeyOf(matched);
        if (!_regions.TryGetValue(key, out Region? region)) _regions[key] = new Region(matched, label, null);
        else if (region.Second is null && region.First != label) _regions[key] = region with { Second = label };
        return true;
    }

    // Breadth first, so that witnesses are short. Null: some region was only met in a label that is not to be used, so that these labels have to be minded on the way.
    private bool? Search(bool minding)
    {
        HashSet<string> spelled = minding ? [.. _without.SelectMany(label => Enumerable.Range(0, label.Length + 1).Select(length => label[..length]))] : [];
        var queue = new Queue<(UInt128[] Places, string Text)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var missed = new HashSet<string>(StringComparer.Ordinal);
        queue.Enqueue(([.. _globs.Select(glob => Closure(glob, 1))], ""));
        while (queue.TryDequeue(out (UInt128[] Places, string Text) at))
        {
            if (at.Text.Length == CanonicalName.MaxLabelBytes) continue;
            foreach (char letter in Alphabet(at.Text, spelled))
            {
                UInt128[] next = [.. _globs.Select((glob, i) => Step(glob, at.Places[i], letter))];
                string text = at.Text + letter;
                bool[] matched = [.. _globs.Select((glob, i) => (next[i] >> glob.Length & 1) != 0)];
                string key = KeyOf(matched);
                if ((!_regions.TryGetValue(key, out Region? region) || region.Second is null) && !Note(text) && region is null) missed.Add(key);
                if (!seen.Add($"{(spelled.Contains(text) ? text : "")}|{string.Join(',', next)}")) continue;
                if (seen.Count > _maxStates) return false;
                queue.Enqueue((next, text));
            }
        }
        return !minding && missed.Any(key => !_regions.ContainsKey(key)) ? null : true;
    }

    // The letters that tell globs (and spelled labels) apart here, and one that is none of them.
    private IEnumerable<char> Alphabet(string text, HashSet<string> spelled)
    {
        bool otherGiven = false;
        foreach (char letter in Letters)
        {
            bool isSpelled = _globs.Any(glob => glob.Contains((byte)letter)) || (spelled.Count > 0 && spelled.Contains(text + letter));
            if (!isSpelled && otherGiven) continue;
            otherGiven |= !isSpelled;
            yield return letter;
        }
    }

    private static UInt128 Step(byte[] glob, UInt128 places, char letter)
    {
        UInt128 next = 0;
        for (int i = 0; i < glob.Length; i++)
        {
            if ((places >> i & 1) == 0) continue;
            if (glob[i] == (byte)'*') next |= UInt128.One << i;
            else if (glob[i] == letter) next |= UInt128.One << (i + 1);
        }
        return Closure(glob, next);
    }

    // A star may stand for nothing.
    private static UInt128 Closure(byte[] glob, UInt128 places)
    {
        for (int i = 0; i < glob.Length; i++)
        {
            if (glob[i] == (byte)'*' && (places >> i & 1) != 0) places |= UInt128.One << (i + 1);
        }
        return places;
    }

    private static string KeyOf(bool[] matched) => string.Concat(matched.Select(one => one ? '1' : '0'));
}
