using System.Collections.Concurrent;
using Exeat.Gateway.Records;
using Exeat.Linux;

namespace Exeat.Gateway.Judging;

/// <summary>The thread that answers the kernel: a batch of packets in, records written, a batch of verdicts out. Everything it owns is touched by it alone.</summary>
internal sealed class VerdictLoop(PacketQueue queue, PacketJudge judge, FlowRecorder recorder, TcpJudge tcp, QuicJudge quic, HeldDatagrams held, TimeProvider time)
{
    private const int IdleMs = 250;

    // Twice as many batches as the queue has room for: a queue that was never seen empty meanwhile is looked at again later.
    private const int MostLooks = 256;
    private readonly ConcurrentQueue<Action> _posted = new();
    private Pair[] _batch = new Pair[64];
    private long _sweptAt = time.GetTimestamp();
    private int _judging;

    /// <summary>Keeps for the next gateway what this one knows of; null: nothing does.</summary>
    public QueueTally? Tally { get; init; }

    /// <summary>Packets judged since the start.</summary>
    public long Judged { get; private set; }

    /// <summary>Runs an action on the verdict thread, between batches.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        queue.Wake();
    }

    /// <summary>Runs an action on the verdict thread and waits for it.</summary>
    public Task<T> Ask<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (KernelException refused)
            {
                done.SetException(refused);
            }
            catch (Exception failure)
            {
                // Ours: whoever waits must not wait for ever, and the thread ends, which ends the gateway.
                done.SetException(failure);
                throw;
            }
        });
        return done.Task;
    }

    /// <summary>Whether the thread comes round; waits for it until cancelled.</summary>
    public Task<bool> AnswersAsync(CancellationToken stop) => Ask(() => true).WaitAsync(stop);

    /// <summary>How many packets had come when the queue was seen empty; null when it is full of work for long.</summary>
    public async Task<long?> DrainedAsync(CancellationToken stop)
    {
        for (int i = 0; i < MostLooks; i++)
        {
            (long received, bool drained) = await Ask(() => (queue.Received, queue.IsDrained)).WaitAsync(stop).ConfigureAwait(false);
            if (drained) return received;
        }
        return null;
    }

    /// <summary>Waits until the kernel has every verdict that was begun before now; not for longer than a second, since a loop that has ended answers nothing more.</summary>
    public void AwaitVerdicts()
    {
        if (Interlocked.CompareExchange(ref _judging, 0, 0) == 0) return;
        Ask(() => true).Wait(TimeSpan.FromSeconds(1));
    }

    /// <summary>Runs until cancelled; then flows of which nothing was said yet have their record. Whatever waits in the queue then is dropped by the kernel.</summary>
    public void Run(CancellationToken stop)
    {
        using CancellationTokenRegistration wake = stop.Register(queue.Wake);
        while (!stop.IsCancellationRequested)
        {
            int count = queue.Receive(tcp.WaitMs(IdleMs));
            if (count > 0)
            {
                // A full fence on both sides: who stored something and then sees 0 here knows that every later packet is judged with it.
                Interlocked.Exchange(ref _judging, 1);
                Answer(count);
                Interlocked.Exchange(ref _judging, 0);
            }
            while (_posted.TryDequeue(out Action? action)) action();
            // Between batches, when what the last one decided is written.
            tcp.Tick(judge.Snapshot);
            tcp.Send();
            if (time.GetElapsedTime(_sweptAt) < TimeSpan.FromSeconds(1)) continue;
            _sweptAt = time.GetTimestamp();
            tcp.Sweep(judge.Snapshot);
            quic.Sweep(judge.Snapshot, judge.Marks);
            held.Send(queue, recorder.Commit());
            queue.SendVerdicts();
            tcp.Send();
        }
        tcp.RecordUnjudged(judge.Snapshot);
        recorder.Commit();
    }

    private void Answer(int count)
    {
        if (_batch.Length < count) _batch = new Pair[count * 2];
        for (int i = 0; i < count; i++)
        {
            QueuedPacket packet = queue[i];
            var waiting = new HeldPacket(packet.Id, packet.Mark & ~judge.Marks.Mask, packet.IsMerged, packet.ChecksumNotReady && !packet.IsMerged);
            _batch[i] = new Pair(packet.Id, waiting.Foreign, judge.Judge(packet.Bytes, packet.Hook, packet.InInterface, packet.Mark, waiting));
        }
        // The record comes before the permit (I5): without the disk, what was about to be permitted is not.
        bool written = recorder.Commit();
        // What was held came before what is answered now.
        held.Send(queue, written);
        for (int i = 0; i < count; i++)
        {
            Answer answer = _batch[i].Answer;
            if (!written && answer.Permit is { } permit) Withdraw(permit);
            if (answer.Holds) continue;
            // Nor may what came right behind in the same batch: it would carry the permit that was withdrawn.
            if (!written && !answer.Refuses) answer = default;
            queue.SetVerdict(_batch[i].Id, answer.Accept ? PacketVerdict.Accept : PacketVerdict.Drop, _batch[i].Foreign | answer.Mark);
        }
        queue.SendVerdicts();
        tcp.Send();
        Judged += count;
        Tally?.Note(queue.Received);
    }

    private void Withdraw(FlowEntry permit)
    {
        if (permit.Key.Protocol == FlowKey.Tcp) tcp.Withdraw(permit);
        else quic.Withdraw(permit);
    }

    // Foreign: bits of the packet's mark that are not ours. A verdict replaces the whole mark.
    private readonly record struct Pair(uint Id, uint Foreign, Answer Answer);
}
