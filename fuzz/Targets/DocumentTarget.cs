namespace Exeat.Fuzz.Targets;

/// <summary>One kind of YAML document. The loaders read files, so each input becomes one.</summary>
internal sealed class DocumentTarget(string name, Action<string> load) : IFuzzTarget
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"exeat-fuzz-{Environment.ProcessId}-{name}.yaml");

    public string Name => name;

    public IReadOnlyList<byte[]> Words => Dictionaries.Yaml;

    public int ReplayMutations => 500;

    public void Run(ReadOnlySpan<byte> input)
    {
        File.WriteAllBytes(_file, input);
        try
        {
            load(_file);
        }
        finally
        {
            File.Delete(_file);
        }
    }
}
