namespace Exeat.Store;

/// <summary>A question that cannot be asked so: which field, what is wrong, what to write instead.</summary>
public sealed class FlowFilterException(string field, string what, string remedy) : Exception($"{field}: {what}; {remedy}")
{
    /// <summary>The field, in the words of the filter.</summary>
    public string Field { get; } = field;

    /// <summary>What is wrong.</summary>
    public string What { get; } = what;

    /// <summary>What to write instead.</summary>
    public string Remedy { get; } = remedy;
}
