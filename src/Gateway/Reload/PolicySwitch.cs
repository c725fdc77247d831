using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>Puts a policy into force: once at start, then on every change, without a packet being judged by half of it (I8).</summary>
internal sealed class PolicySwitch(string stateDir, Locks locks, Attachments attachments, MarkLayout marks, Conntrack conntrack, PolicyClock clock, TimeProvider time)
{
    private readonly GenerationCounter _generations = new(stateDir);
    private volatile Snapshot? _current;

    /// <summary>What the tables depend on besides policy and agents; set before the first policy, and between changes.</summary>
    public RulesetOptions? Frame { get; set; }

    /// <summary>Interfaces that agents may be attached to; set as <see cref="Frame"/> is.</summary>
    public IReadOnlyCollection<string> Inside { get; set; } = [];

    /// <summary>The policy in force.</summary>
    public Snapshot Current => _current ?? throw new InvalidOperationException("no policy is in force yet");

    /// <summary>Since when <see cref="Current"/> is in force, by the wall clock.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Compiles for a generation of its own.</summary>
    public Snapshot Prepare(Loaded loaded) =>
        new(CompiledPolicy.Compile(loaded.Policy!, loaded.Agents!, clock.Now), _generations.Next(), loaded.Policy!.Version, loaded.Agents!, Inside);

    /// <summary>
    /// The first policy: the data table is loaded for it. Where an earlier gateway's table is still there, what that one permitted passes on until
    /// <paramref name="join"/> has sorted it, so that flows which live on lose no packet.
    /// </summary>
    public Snapshot Begin(Loaded loaded, Action<Snapshot> join)
    {
        int last = _generations.Last;
        Snapshot first = Prepare(loaded);
        bool carries = last != 0 && last != first.Generation && locks.HasDataTable();
        if (carries) Forget(first.Generation);
        (_current, Since) = (first, time.GetUtcNow());
        locks.Open(Options(first, loaded, carries ? [last, first.Generation] : [first.Generation]));
        join(first);
        if (carries) locks.Change(Options(first, loaded, first.Generation));
        AppliedFile.Write(stateDir, first, 0, Since);
        return first;
    }

    /// <summary>A change of policy, agents, modes or frame. <paramref name="take"/> runs on the verdict thread in the same step. Returns how many flows were ended by it.</summary>
    public async Task<int> ChangeAsync(Loaded loaded, JudgingParts flows, Action take, CancellationToken stop)
    {
        Snapshot before = Current;
        Snapshot next = Prepare(loaded);
        Forget(next.Generation);
        // 1. Both generations pass; new identities count, gone ones do not.
        locks.Change(Options(next, loaded, before.Generation, next.Generation), passing: true);
        // 2. On the verdict thread, between two batches: survivors get the new mark, and everything from here on is judged anew.
        int ended = await flows.Loop.Ask(() =>
        {
            take();
            int count = flows.Tcp.Rejudge(next, marks);
            flows.Judge.Snapshot = next;
            _current = next;
            return count;
        }).WaitAsync(stop).ConfigureAwait(false);
        Since = time.GetUtcNow();
        // 3. The old generation passes no more.
        locks.Change(Options(next, loaded, next.Generation));
        AppliedFile.Write(stateDir, next, ended, Since);
        return ended;
    }

    // The count of generations is a circle: what still bears this number, unseen since then, must not pass by it (K17).
    private void Forget(int generation) => conntrack.Dump(marks.Generations, marks.Pending(generation) & marks.Generations, (in ConntrackEvent old) => conntrack.SetMark(old.Original, 0, marks.Judged));

    private RulesetOptions Options(Snapshot snapshot, Loaded loaded, params int[] passing) => Frame! with
    {
        Identities = attachments.Take(loaded.Agents!, Inside),
        Monitored = [.. from agent in snapshot.Policy.Agents where agent.EffectiveMode == Mode.Monitor && Inside.Contains(agent.Interface) from address in agent.Addresses select (agent.Interface, address)],
        Generations = passing,
    };
}
