namespace Exeat.Fuzz.Engine;

/// <summary>The inputs of a run that are worth changing. For every feature the shortest that has it is favoured: three of four changes begin there.</summary>
internal sealed class Pool
{
    private readonly List<byte[]> _all = [];
    private readonly Dictionary<int, int> _shortest = [];
    private int[] _favoured = [];

    public int Count => _all.Count;

    public void Add(byte[] input, IEnumerable<int> features)
    {
        int index = _all.Count;
        _all.Add(input);
        bool leads = false;
        foreach (int feature in features)
        {
            if (_shortest.TryGetValue(feature, out int other) && _all[other].Length <= input.Length) continue;
            _shortest[feature] = index;
            leads = true;
        }
        if (leads) _favoured = [.. _shortest.Values.Distinct().Order()];
    }

    public byte[] Pick(Mutator random) =>
        _favoured.Length > 0 && random.Pick(4) > 0 ? _all[_favoured[random.Pick(_favoured.Length)]] : _all[random.Pick(_all.Count)];
}
