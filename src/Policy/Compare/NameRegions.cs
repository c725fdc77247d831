using System.Text;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Cuts all names into regions: in one region every name is matched by the same patterns. Each region that holds a name gets one or two as witnesses.</summary>
internal sealed class NameRegions
{
    // A policy of 100,000 names takes about 200,000.
    private const int MaxNames = 1_000_000;
    private const int MaxStates = 20_000;

    private readonly Place _root = new();
    private readonly int _maxNames;

    private NameRegions(int maxNames) => _maxNames = maxNames;

    /// <summary>A name of a region, and another one where there is one.</summary>
    internal readonly record struct Witness(DomainName First, DomainName? Second);

    /// <summary>Every region's witnesses; one region may come several times.</summary>
    public List<Witness> Witnesses { get; } = [];

    /// <summary>False: there were too many places or label patterns to visit all.</summary>
    public bool IsExact { get; private set; } = true;

    /// <summary>Cuts by these patterns.</summary>
    public static NameRegions Of(IEnumerable<NamePattern> patterns, int maxNames = MaxNames)
    {
        var regions = new NameRegions(maxNames);
        foreach (NamePattern pattern in patterns) regions._root.Add(pattern);
        regions.Walk([regions._root], "", null);
        return regions;
    }

    // All that is behind these places, to the left of the text. Other: another text that leads to the same places.
    private void Walk(List<Place> places, string text, string? other)
    {
        if (text.Length > 0) Emit(text, other);
        // Behind nothing, longer names belong to what the text itself belongs to.
        if (places.Count == 0) return;
        HashSet<string> literals = [.. places.SelectMany(place => place.Literals.Keys)];
        foreach (string label in literals)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(label);
            List<Place> next = [];
            foreach (Place place in places)
            {
                if (place.Literals.TryGetValue(label, out Place? child)) next.Add(child);
                next.AddRange(place.Globs.Where(glob => LabelGlob.Matches(glob.Text, bytes)).Select(glob => glob.Child));
            }
            Go(next, label, label);
        }
        List<(byte[] Text, Place Child)> globs = [.. places.SelectMany(place => place.Globs)];
        IReadOnlyCollection<LabelRegions.Region> regions = LabelRegions.Find([.. globs.Select(glob => glob.Text)], literals, MaxStates, out bool isExact);
        IsExact &= isExact;
        foreach (LabelRegions.Region region in regions)
            Go([.. globs.Where((_, i) => region.Matched[i]).Select(glob => glob.Child)], region.First, region.Second);

        void Go(List<Place> next, string label, string? second)
        {
            string? longer = Join(label, text);
            if (longer is null) return;
            if (Witnesses.Count >= _maxNames) IsExact = false;
            else Walk(next, longer, (second is not null && second != label ? Join(second, text) : null) ?? (other is null ? null : Join(label, other)));
        }
    }

    private static string? Join(string label, string text)
    {
        string joined = text.Length == 0 ? label : label + "." + text;
        return joined.Length <= CanonicalName.MaxBytes ? joined : null;
    }

    private void Emit(string text, string? other) =>
        Witnesses.Add(new Witness(DomainName.FromCanonical(Encoding.ASCII.GetBytes(text)), other is null ? null : DomainName.FromCanonical(Encoding.ASCII.GetBytes(other))));

    private sealed class Place
    {
        public Dictionary<string, Place> Literals { get; } = new(StringComparer.Ordinal);

        public List<(byte[] Text, Place Child)> Globs { get; } = [];

        public void Add(NamePattern pattern)
        {
            Place at = this;
            for (int i = 0; i < pattern.LabelCount; i++) at = at.Child(pattern.LabelFromRight(i));
        }

        private Place Child(ReadOnlySpan<byte> label)
        {
            if (label.Contains((byte)'*'))
            {
                foreach ((byte[] text, Place child) in Globs)
                {
                    if (label.SequenceEqual(text)) return child;
                }
                Globs.Add((label.ToArray(), new Place()));
                return Globs[^1].Child;
            }
            string literal = Encoding.ASCII.GetString(label);
            return Literals.TryGetValue(literal, out Place? known) ? known : Literals[literal] = new Place();
        }
    }
}
