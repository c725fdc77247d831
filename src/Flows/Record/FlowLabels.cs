namespace Exeat.Flows;

/// <summary>An agent's labels in the form that records carry them: one JSON object, built once per agent and then only copied.</summary>
public sealed class FlowLabels
{
    private readonly byte[] _json;

    private FlowLabels(byte[] json) => _json = json;

    /// <summary>No labels; records leave the field out.</summary>
    public static FlowLabels None { get; } = new([]);

    /// <summary>The JSON object as UTF-8; empty when there are no labels.</summary>
    public ReadOnlySpan<byte> Json => _json;

    /// <summary>Builds the object from pairs, sorted by key so that equal labels give equal bytes.</summary>
    public static FlowLabels From(IEnumerable<KeyValuePair<string, string>> labels)
    {
        KeyValuePair<string, string>[] sorted = [.. labels.OrderBy(pair => pair.Key, StringComparer.Ordinal)];
        if (sorted.Length == 0) return None;
        var line = new LineBuffer(256);
        line.Raw((byte)'{');
        for (int i = 0; i < sorted.Length; i++)
        {
            if (i > 0) line.Raw((byte)',');
            line.Text(sorted[i].Key);
            line.Raw((byte)':');
            line.Text(sorted[i].Value);
        }
        line.Raw((byte)'}');
        return new FlowLabels(line.Written.ToArray());
    }
}
