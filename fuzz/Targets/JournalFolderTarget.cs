using Exeat.Flows;

namespace Exeat.Fuzz.Targets;

/// <summary>A journal's last segment as a kill, a full disk or somebody else may leave it: what can be read stays readable once a gateway has opened the folder for writing.</summary>
internal sealed class JournalFolderTarget : IFuzzTarget
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"exeat-fuzz-{Environment.ProcessId}-journal");

    public string Name => "journal-folder";

    public IReadOnlyList<byte[]> Words => Dictionaries.Journal;

    public int ReplayMutations => 300;

    public void Run(ReadOnlySpan<byte> input)
    {
        Directory.CreateDirectory(_folder);
        try
        {
            File.WriteAllBytes(Path.Combine(_folder, Segment), input);
            if (Read() is not { } before) return;
            try
            {
                using Journal journal = Journal.Open(new JournalOptions { Dir = _folder, Gateway = "fuzz" }, TimeProvider.System);
                Promise.Holds(journal.Commit(), "a journal that opens can be written");
            }
            catch (JournalException)
            {
                // Refused, with a sentence for a person.
                return;
            }
            List<string> after = Read() ?? [];
            Promise.Holds(before.Take(after.Count).SequenceEqual(after.Take(before.Count)) && after.Count >= before.Count, "what could be read before can be read after");
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    // Null: written by a newer release.
    private List<string>? Read()
    {
        try
        {
            return [.. new JournalReader(_folder).Read().Select(read => read.Id)];
        }
        catch (JournalException)
        {
            return null;
        }
    }

    private const string Segment = "flows-000001-000001.ndjson";
}
