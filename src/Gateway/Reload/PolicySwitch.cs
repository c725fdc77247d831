using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>Puts a policy into force: once at start, then on every change, without a packet being judged by half of it (I8).</summary>
internal sealed class PolicySwitch(
    GatewayDocument gateway, Locks locks, Attachments attachments, GenerationCounter generations, MarkLayout marks, Conntrack conntrack,
    TimeProvider time)
{
    private volatile Snapshot? _current;

    /// <summary>What the tables depend on besides policy and agents; set before the first policy.</summary>
    public RulesetOptions? Frame { get; set; }

    /// <summary>The policy in force.</summary>
    public Snapshot Current => _current ?? throw new InvalidOperationException("no policy is in force yet");

    /// <summary>Compiles for a generation of its own.</summary>
    public Snapshot Prepare(Loaded loaded) =>
        new(CompiledPolicy.Compile(loaded.Policy!, loaded.Agents!, time.GetUtcNow()), generations.Next(), loaded.Policy!.Version, loaded.Agents!);

    /// <summary>The first policy: the data table is loaded for it.</summary>
    public void Begin(Snapshot first, Loaded loaded)
    {
        _current = first;
        locks.Open(Options(first, loaded, keepOld: false, first.Generation));
        AppliedFile.Write(gateway.State, first, Word(loaded), 0, time.GetUtcNow());
    }

    /// <summary>A change of policy, agents or modes. Returns how many flows were ended by it.</summary>
    public async Task<int> ChangeAsync(Loaded loaded, VerdictLoop loop, PacketJudge judge, TcpJudge tcp, CancellationToken stop)
    {
        Snapshot before = Current;
        Snapshot next = Prepare(loaded);
        Forget(next.Generation);
        // 1. Both generations pass; new identities count, gone ones do not.
        locks.Change(Options(next, loaded, keepOld: true, before.Generation, next.Generation));
        // 2. On the verdict thread, between two batches: survivors get the new mark, and everything from here on is judged anew.
        int ended = await loop.Ask(() =>
        {
            int count = tcp.Rejudge(next, marks);
            judge.Snapshot = next;
            _current = next;
            return count;
        }).WaitAsync(stop).ConfigureAwait(false);
        // 3. The old generation passes no more.
        locks.Change(Options(next, loaded, keepOld: false, next.Generation));
        AppliedFile.Write(gateway.State, next, Word(loaded), ended, time.GetUtcNow());
        return ended;
    }

    // The count of generations is a circle: what still bears this number, unseen since then, must not pass by it (K17).
    private void Forget(int generation) => conntrack.Dump(marks.Generations, marks.Pending(generation) & marks.Generations, (in ConntrackEvent old) => conntrack.SetMark(old.Original, 0, marks.Judged));

    private RulesetOptions Options(Snapshot snapshot, Loaded loaded, bool keepOld, params int[] passing) => Frame! with
    {
        Identities = attachments.Take(loaded.Agents!, keepOld),
        Enforced = [.. snapshot.Policy.Agents.Where(a => a.EffectiveMode == Mode.Enforce).Select(a => a.Interface).Where(gateway.Inside.Contains).Distinct()],
        Generations = passing,
    };

    private static string Word(Loaded loaded) => loaded.Policy!.Mode == Mode.Monitor ? "monitor" : "enforce";
}
