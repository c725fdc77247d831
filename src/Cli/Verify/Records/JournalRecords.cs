using Exeat.Flows;
using Exeat.Lab;

namespace Exeat.Cli.Verify;

/// <summary>Reads the records of a run from a journal, from its present end on.</summary>
internal sealed class JournalRecords : IRecords
{
    // What the kernel refuses from memory is counted, and counts are written every five seconds.
    private static readonly TimeSpan Deadline = LabPatience.Seconds(8), Pause = TimeSpan.FromMilliseconds(100);
    private const int TailBytes = 64 * 1024;

    private readonly JournalReader _reader;
    private readonly string _agent;
    private readonly TimeProvider _time;
    private readonly List<FlowEvent> _events = [];

    public JournalRecords(string directory, string agent, TimeProvider time)
    {
        (_agent, _time) = (agent, time);
        _reader = new JournalReader(directory);
        _reader.SkipToTail(TailBytes);
    }

    public int Parallel => 4;

    public Task NoticeAsync(Probe probe, Seen seen, CancellationToken stop) => Task.CompletedTask;

    public async Task<IReadOnlyList<RecordLook>> FindAsync(IReadOnlyList<(Probe Probe, Seen Seen)> attempts, CancellationToken stop)
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            _events.AddRange(_reader.Read().Where(e => e.Agent == _agent));
            List<FlowEvent?> found = [.. attempts.Select(a => a.Seen.Look is Look.Untried or Look.NoRoute ? null : RecordMatch.Deciding(_events, _agent, a.Probe, a.Seen))];
            bool whole = !attempts.Where((a, i) => found[i] is null && a.Seen.Look is not (Look.Untried or Look.NoRoute)).Any();
            if (whole || _time.GetElapsedTime(start) > Deadline) return [.. found.Select(f => new RecordLook(true, f))];
            await Task.Delay(Pause, _time, stop);
        }
    }
}
