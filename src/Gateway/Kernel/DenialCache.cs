using System.Buffers.Binary;
using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Kernel;

/// <summary>
/// What the kernel refuses by itself for two seconds, because the verdict loop just refused the very same: agent, destination, protocol and port. The kernel counts each hit; here is
/// remembered what the refusal said, so that hits become counted records (design: a denial cache, never a second copy of policy). Thread-safe.
/// </summary>
/// <remarks>
/// <code>
///   verdict "refused, remember" ─► @denied (2 s) ─► later first packets: @hits + 1, refused in the kernel
///   new binding  ─► stored ─► no batch in flight judged without it ─► @denied emptied ─► answer released
///   generation   ─► @denied emptied in the transaction that changes it
///   now and then ─► @hits read ─► counted records
///   table loaded again ─► @denied emptied ─► @hits read ─► loaded ─► counts begin at nothing
/// </code>
/// A full set is no error: such packets come to user space as before.
/// </remarks>
internal sealed class DenialCache(IRefusalMemory kernel, AgentRecords records, TimeProvider time)
{
    /// <summary>How long the kernel remembers. 2 s: longer than a client's first retransmissions, shorter than anybody waits after a change.</summary>
    public const int Seconds = 2;

    /// <summary>Refusals remembered at once, of each family and all agents. 4,096: 2 s of what twenty agents may ask for at their full rate.</summary>
    public const int Places = 4096;

    /// <summary>Refusals whose hits are counted apart; full, hits come to user space. Twice the places: emptied when half full.</summary>
    public const int CountedPlaces = 2 * Places;

    /// <summary>Of these, what one agent may take. An eighth: a scanner does not take the others' places.</summary>
    public const int PlacesPerAgent = Places / 8;

    // What was judged so long ago is no longer in the kernel: its seconds, and one for the way there.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(Seconds + 1);

    // A new binding makes the kernel forget what was refused within this time: ample, for a batch that waited for the disk.
    private static readonly TimeSpan Suspect = TimeSpan.FromSeconds(15);
    private readonly Lock _gate = new();

    // One reading at a time: an older number must not be taken for a count that began anew. Taken before the gate.
    private readonly Lock _reading = new();
    private readonly Dictionary<FlowKey, Remembered> _known = [];
    private readonly Dictionary<string, int> _perAgent = new(StringComparer.Ordinal);
    private readonly Dictionary<Address, long> _last = [];
    private readonly Stack<Remembered> _free = new();
    private int _pauses;
    private long _hits, _flushes, _told, _readAt;

    /// <summary>Waits until no verdict is on its way that was made before now.</summary>
    public Action AwaitVerdicts { get; init; } = () => { };

    /// <summary>First packets that the kernel refused by itself, as far as they were read.</summary>
    public long Hits => Volatile.Read(ref _hits);

    /// <summary>Of what the kernel's counts say now, how much is on record. From any thread.</summary>
    public long Told => Volatile.Read(ref _told);

    /// <summary>Up to when the kernel's counts were read; <c>default</c>: never. From any thread.</summary>
    public DateTimeOffset ReadAt => new(Volatile.Read(ref _readAt), TimeSpan.Zero);

    /// <summary>How often the kernel was made to forget for a new binding.</summary>
    public long Flushes => Volatile.Read(ref _flushes);

    /// <summary>Refusals that are known here.</summary>
    public int Count
    {
        get { lock (_gate) return _known.Count; }
    }

    /// <summary>Whether the kernel may refuse the like by itself. Only what policy said of agent, destination, protocol and port alone.</summary>
    public static bool IsRepeatable(byte protocol, in Decision decision) => protocol is FlowKey.Tcp or FlowKey.Udp && decision.Verdict == Verdict.Deny
        && decision.Reason is Reason.DefaultDeny or Reason.DeniedByRule or Reason.Quarantined or Reason.NameNotBound or Reason.NoNameProven or Reason.AddressNotAllowed or Reason.DnsNotForwarded;

    /// <summary>Remembers a refusal whose record was written (or counted) under the draft's flow. False: the kernel shall not. For the verdict thread.</summary>
    public bool TryRemember(in FlowKey key, Snapshot snapshot, in FlowDraft draft)
    {
        FlowKey wanted = key with { SourcePort = 0 };
        lock (_gate)
        {
            if (_pauses > 0) return false;
            if (_known.TryGetValue(wanted, out Remembered? known))
            {
                // Another decision on the same: hits so far are the old one's. They are read first, then the new one counts.
                if (known.Snapshot is null) known.Begin(snapshot, draft);
                else if (!ReferenceEquals(known.Snapshot, snapshot) || !known.Refusal.Says(draft)) return false;
            }
            else
            {
                string agent = draft.AgentId ?? "";
                int own = _perAgent.GetValueOrDefault(agent);
                if (_known.Count >= CountedPlaces || own >= PlacesPerAgent) return false;
                _perAgent[agent] = own + 1;
                known = _free.Count > 0 ? _free.Pop() : new Remembered();
                known.Seen = 0;
                known.Begin(snapshot, draft);
                _known.Add(wanted, known);
            }
            known.At = time.GetTimestamp();
            _last[wanted.Destination] = known.At;
            return true;
        }
    }

    /// <summary>A name was bound to this address: before the answer goes out, nothing of it may be refused from memory.</summary>
    public void Forget(Address destination)
    {
        AwaitVerdicts();
        lock (_gate)
        {
            if (!_last.Remove(destination, out long last) || time.GetElapsedTime(last) > Suspect) return;
        }
        Interlocked.Increment(ref _flushes);
        kernel.Forget();
    }

    /// <summary>Surrounds a load of the table, after which the kernel counts from nothing: what it counted before is recorded. A table that is gone has taken its last counts along.</summary>
    public void Renew(Action load, Func<int> loads)
    {
        lock (_reading)
        {
            List<(Remembered Known, long Fresh)> fresh = [];
            int before = loads();
            // What were remembered from here on would be hit, and the hits deleted with the table.
            lock (_gate) _pauses++;
            try
            {
                AwaitVerdicts();
                // As below, and no longer: until the table is loaded it is as somebody else made it.
                if (kernel.Forget()) Thread.Sleep(10);
                Read(fresh);
                Read(fresh);
            }
            catch (KernelException)
            {
                // Whatever somebody made of the table: it is loaded again all the same, and what it had counted is among what is noted as lost.
            }
            try
            {
                load();
            }
            finally
            {
                if (loads() != before) CountFromNothing();
                lock (_gate) _pauses--;
                // Only now: a disk that hangs must not keep the table from being loaded.
                Tell(fresh);
            }
        }
    }

    /// <summary>Reads the hits and records them. To be called now and then, by one thread.</summary>
    public async Task CountAsync(CancellationToken stop)
    {
        bool crowded;
        lock (_gate)
        {
            if (_known.Count == 0)
            {
                // Nothing can be hit.
                Volatile.Write(ref _readAt, time.GetUtcNow().Ticks);
                return;
            }
            crowded = _known.Count >= Places;
            Forgotten();
        }
        Read();
        if (crowded) await StartAgainAsync(stop).ConfigureAwait(false);
    }

    // Makes room: nothing new is remembered, the kernel forgets, its last hits are read, and only then are the counts thrown away.
    private async Task StartAgainAsync(CancellationToken stop)
    {
        lock (_gate) _pauses++;
        AwaitVerdicts();
        kernel.Forget();
        // A packet that found itself remembered just before is still on its way through the rules.
        await Task.Delay(TimeSpan.FromMilliseconds(50), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Twice: a dump may pass over an element while the kernel sorts its table anew.
        Read();
        Read();
        lock (_reading)
        {
            kernel.DropHits();
            CountFromNothing();
        }
        lock (_gate)
        {
            foreach (Remembered known in _known.Values) _free.Push(known);
            _known.Clear();
            _perAgent.Clear();
            _last.Clear();
            _pauses--;
        }
    }

    private void Read()
    {
        List<(Remembered Known, long Fresh)> fresh = [];
        lock (_reading)
        {
            long before = time.GetTimestamp();
            Read(fresh);
            Tell(fresh);
            lock (_gate)
            {
                // Nothing of the old decision can be hit any more: the next refusal may be remembered with its own words.
                foreach (Remembered known in _known.Values)
                    if (time.GetElapsedTime(known.At, before) > Fresh) known.Snapshot = null;
            }
        }
    }

    private void Read(List<(Remembered Known, long Fresh)> fresh)
    {
        long now = time.GetUtcNow().Ticks;
        bool all = kernel.ReadHits((key, packets) =>
        {
            lock (_gate)
            {
                if (!_known.TryGetValue(KeyOf(key), out Remembered? known) || packets == known.Seen) return;
                // Fewer than before: another tool emptied the set.
                fresh.Add((known, packets > known.Seen ? packets - known.Seen : packets));
                known.Seen = packets;
            }
        });
        if (all) Volatile.Write(ref _readAt, now);
    }

    private void Tell(List<(Remembered Known, long Fresh)> fresh)
    {
        foreach ((Remembered known, long count) in fresh)
        {
            Interlocked.Add(ref _hits, count);
            records.Repeat(known.Refusal, count);
        }
        lock (_gate) Volatile.Write(ref _told, _known.Values.Sum(known => known.Seen));
    }

    private void CountFromNothing()
    {
        lock (_gate)
        {
            foreach (Remembered known in _known.Values) known.Seen = 0;
            Volatile.Write(ref _told, 0);
        }
    }

    private void Forgotten()
    {
        foreach ((Address address, long last) in _last)
            if (time.GetElapsedTime(last) > Suspect) _last.Remove(address);
    }

    // saddr . daddr . l4proto . dport, each padded to four bytes.
    private static FlowKey KeyOf(ReadOnlySpan<byte> key)
    {
        int size = key.Length == 2 * 16 + 8 ? 16 : 4;
        if (key.Length != 2 * size + 8) return default;
        ReadOnlySpan<byte> rest = key[(2 * size)..];
        return new FlowKey(Address.FromBytes(key[..size]), 0, Address.FromBytes(key[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(rest[4..]), rest[0]);
    }

    private sealed class Remembered
    {
        public Snapshot? Snapshot { get; set; }

        public DenialTally Refusal { get; } = new();

        public long At { get; set; }

        /// <summary>What the kernel's counter said last.</summary>
        public long Seen { get; set; }

        public void Begin(Snapshot snapshot, in FlowDraft draft)
        {
            Snapshot = snapshot;
            Refusal.Begin(DenialKey.Of(draft), draft);
        }
    }
}
