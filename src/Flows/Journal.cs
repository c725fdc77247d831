namespace Exeat.Flows;

/// <summary>The durable, append-only record of what happened: NDJSON segments in one directory, written by one gateway at a time.</summary>
public sealed class Journal : IDisposable
{
    private Journal() { }

    /// <summary>Opens the directory for writing: takes its lock, repairs a torn last line, begins a new epoch. Throws <see cref="JournalException"/>.</summary>
    public static Journal Open(JournalOptions options, TimeProvider time) => throw new NotImplementedException();

    /// <summary>This opening's number.</summary>
    public long Epoch { get; }

    /// <summary>False after the disk refused, until a later write succeeds. While false nothing new may be let through.</summary>
    public bool IsWritable { get; }

    /// <summary>The last refusal in words; null when there was none.</summary>
    public string? LastError { get; }

    /// <summary>Serialises the event into the buffer. False: it was not taken (counted per agent, and told when the disk is back).</summary>
    public bool Append(in FlowDraft draft) => throw new NotImplementedException();

    /// <summary>One write() of all that is buffered. True: everything appended so far survives kill −9. False: permits among it are withdrawn and must not take effect.</summary>
    public bool Commit() => throw new NotImplementedException();

    /// <summary><see cref="Append"/> and <see cref="Commit"/> in one.</summary>
    public bool AppendDurably(in FlowDraft draft) => throw new NotImplementedException();

    /// <summary>Commits, syncs and lets go of the directory.</summary>
    public void Dispose() { }
}
