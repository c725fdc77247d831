using System.Buffers.Binary;
using System.Collections.Concurrent;
using Exeat.Gateway.Bindings;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Takes one packet of an agent from reading to reply. What needs no upstream is answered at once; nothing waits without a place that was counted.</summary>
internal sealed class QuestionDesk
{
    private readonly ResolverOptions _options;
    private readonly Func<Snapshot> _current;
    private readonly BindingBook _book;
    private readonly TimeProvider _time;
    private readonly QuestionJudge _judge;
    private readonly AnswerCache _cache;
    private readonly SharedQuestions _upstream;
    private readonly AnswerRelease _release;
    private readonly ConcurrentDictionary<int, AgentShare> _shares = new();
    private readonly WaitingPlaces _places;
    private int _unfinished;
    private TaskCompletionSource? _settled;

    public QuestionDesk(ResolverOptions options, Func<Snapshot> current, BindingBook book, IFlowSink records, TimeProvider time)
    {
        (_options, _current, _book, _time) = (options, current, book, time);
        Recorder = new DnsRecorder(records, time);
        _judge = new QuestionJudge(book, time);
        _cache = new AnswerCache(options.Limits.CacheEntries, time);
        _upstream = new SharedQuestions(new UpstreamClient(options.Upstreams, options.Limits, Counters, time).AskAsync);
        _places = new WaitingPlaces(options.Limits);
        _release = new AnswerRelease(book, Recorder, options, Counters, current);
    }

    public ResolverCounters Counters { get; } = new();

    public DnsRecorder Recorder { get; }

    public int CacheEntries => _cache.Count;

    /// <summary>The share of whoever has this address now; unknown agents share one.</summary>
    public AgentShare ShareOf(Address source)
    {
        Snapshot snapshot = _current();
        return ShareOf(KeyOf(snapshot, snapshot.FindAgent(source)));
    }

    /// <summary>Reads and judges a packet, without waiting.</summary>
    /// <param name="packet">The agent's bytes; not needed afterwards.</param>
    /// <param name="peer">Who asks whom.</param>
    /// <param name="reply">Room for the reply.</param>
    /// <param name="waiting">Not null: the answer comes from <see cref="FinishAsync"/>, which must be called.</param>
    /// <returns>Length of the reply; 0 is silence, or an answer that comes later.</returns>
    public int Begin(ReadOnlySpan<byte> packet, in Peer peer, Span<byte> reply, out Exchange? waiting)
    {
        waiting = null;
        Counters.Question();
        Exchange exchange = Open(peer);
        if (!exchange.Share.TryTakeQuestion(out TimeSpan turn) || (turn > TimeSpan.Zero && !_places.TryQueue(exchange)))
        {
            CountRefusal(exchange, Reason.DnsQuota);
            return ReplyWriter.WriteError(reply, packet, DnsResponseCode.Refused);
        }
        if (turn == TimeSpan.Zero) return Read(exchange, packet, reply, out waiting);
        (exchange.Unread, exchange.Turn) = (packet.ToArray(), turn);
        waiting = exchange;
        return 0;
    }

    private Exchange Open(in Peer peer)
    {
        Snapshot snapshot = _current();
        int agent = snapshot.FindAgent(peer.Source);
        int key = KeyOf(snapshot, agent);
        return new Exchange { Peer = peer, Snapshot = snapshot, Agent = agent, Key = key, Share = ShareOf(key), Flow = Recorder.NewFlow() };
    }

    private int Read(Exchange exchange, ReadOnlySpan<byte> packet, Span<byte> reply, out Exchange? waiting)
    {
        waiting = null;
        QuestionProblem problem = QuestionReader.Read(packet, out AgentQuestion? question);
        exchange.Question = question;
        if (problem == QuestionProblem.NotAQuestion) return Broken(exchange, 0);

        exchange.Judgement = _judge.JudgeResolver(exchange);
        if (exchange.Judgement.Refuses)
        {
            Counters.Refusal();
            Recorder.Record(exchange);
            return question is null
                ? ReplyWriter.WriteError(reply, packet, DnsResponseCode.Refused)
                : Write(reply, exchange, question, AnswerRelease.Refusal(exchange, DnsResponseCode.Refused));
        }
        if (question is null)
            return Broken(exchange, ReplyWriter.WriteError(reply, packet, problem == QuestionProblem.NotAQuery ? DnsResponseCode.NotImplemented : DnsResponseCode.FormatError));
        if (problem == QuestionProblem.EdnsVersion) return Broken(exchange, Write(reply, exchange, question, new Reply { ExtendedCode = 1 }));
        if (problem == QuestionProblem.Class) return Broken(exchange, Write(reply, exchange, question, new Reply { Code = DnsResponseCode.Refused }));
        return Judged(exchange, question, packet, reply, out waiting);
    }

    /// <summary>Waits for the question's turn and for a place, if it has to; asks upstream, if it has to; then releases the answer.</summary>
    public async Task<int> FinishAsync(Exchange exchange, Memory<byte> reply, CancellationToken stop)
    {
        Interlocked.Increment(ref _unfinished);
        try
        {
            while (exchange.Unread is not null)
            {
                if (!await IsCalledAsync(exchange, stop)) return Full(exchange, reply.Span);
                int written = Resume(exchange, reply.Span, out Exchange? waiting);
                if (waiting is null) return written;
                exchange = waiting;
            }
            return await AskAsync(exchange, reply, stop);
        }
        finally
        {
            if (Interlocked.Decrement(ref _unfinished) == 0) Volatile.Read(ref _settled)?.TrySetResult();
        }
    }

    // False: no place became free in time.
    private async Task<bool> IsCalledAsync(Exchange exchange, CancellationToken stop)
    {
        bool hasTurn = exchange.Turn == TimeSpan.Zero;
        try
        {
            if (hasTurn) return await _places.MoveUpAsync(exchange, stop);
            await Task.Delay(exchange.Turn, _time, stop);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It would have been called after the stop: until the end it was above the rate, or without a place.
            Leave(exchange);
            RefuseUnread(exchange, hasTurn ? Reason.LimitReached : Reason.DnsQuota);
            throw;
        }
    }

    /// <summary>Reads and judges a question of the queue that was called, as if it came now. Without waiting; the rest is as for <see cref="Begin"/>.</summary>
    public int Resume(Exchange exchange, Span<byte> reply, out Exchange? waiting)
    {
        waiting = null;
        Exchange now = Open(exchange.Peer);
        // Whoever has the address by now asked nothing, and is told nothing.
        if (now.Key != exchange.Key)
        {
            Leave(exchange);
            RefuseUnread(exchange, Reason.PolicyChanged);
            return 0;
        }
        (now.Place, exchange.Place) = (exchange.Place, WaitingPlace.None);
        int written = Read(now, exchange.Unread, reply, out waiting);
        if (waiting is null) Leave(now);
        return written;
    }

    private async Task<int> AskAsync(Exchange exchange, Memory<byte> reply, CancellationToken stop)
    {
        AgentQuestion question = exchange.Question!;
        Answer? answer;
        try
        {
            Counters.Forward();
            answer = await _upstream.AskAsync(question.Name!, question.Type, stop);
        }
        finally
        {
            Leave(exchange);
        }
        return Finish(exchange, answer, reply.Span);
    }

    /// <summary>Releases what an upstream answered; null: none gave a usable answer. Returns the length of the reply.</summary>
    public int Finish(Exchange exchange, Answer? answer, Span<byte> reply)
    {
        AgentQuestion question = exchange.Question!;
        DomainName name = question.Name!;
        if (answer is not null)
        {
            _cache.Store(name, question.Type, answer);
            // While we waited the policy may have changed, the agent been quarantined, or its address been given to another one.
            if (!ReferenceEquals(_current(), exchange.Snapshot)) exchange = Again(exchange, question);
            if (exchange.Judgement.Refuses) return Refused(exchange, question, reply);
            return Write(reply, exchange, question, _release.Release(exchange, question, name, answer, answer.TtlSeconds));
        }
        Counters.UpstreamFailure();
        if (!exchange.Judgement.Denies)
            exchange.Judgement = exchange.Judgement with { Decision = exchange.Judgement.Decision with { Verdict = Verdict.Deny, Reason = Reason.DnsUpstreamFailed }, Enforced = true };
        Recorder.Record(exchange);
        return Write(reply, exchange, question, new Reply
        {
            Code = DnsResponseCode.ServerFailure,
            Error = Edns.NoReachableAuthority,
            ErrorText = "no upstream resolver gave a usable answer",
        });
    }

    // The question under the policy of now. Another agent at the address must not get what the first one asked for.
    private Exchange Again(Exchange before, AgentQuestion question)
    {
        Snapshot snapshot = _current();
        int agent = snapshot.FindAgent(before.Peer.Source);
        if (KeyOf(snapshot, agent) != before.Key)
        {
            before.Judgement = new Judgement(new Decision(Verdict.Deny, Reason.PolicyChanged), Stage.Dns, Enforced: true);
            return before;
        }
        Exchange now = before.Under(snapshot, agent);
        now.Judgement = _judge.JudgeResolver(now);
        if (!now.Judgement.Refuses) Judge(now, question);
        return now;
    }

    // Monitor: what would have been refused first is what the record says; only what is enforced stops.
    private static void Judge(Exchange exchange, AgentQuestion question)
    {
        Judgement resolver = exchange.Judgement, asked = QuestionJudge.JudgeQuestion(exchange, question);
        exchange.Judgement = resolver.Denies && !asked.Refuses ? resolver : asked;
    }

    private int Judged(Exchange exchange, AgentQuestion question, ReadOnlySpan<byte> packet, Span<byte> reply, out Exchange? waiting)
    {
        waiting = null;
        Judge(exchange, question);
        if (exchange.Judgement.Refuses) return Refused(exchange, question, reply);

        DomainName name = question.Name!;
        if (_cache.Find(name, question.Type, out int ttlSeconds) is { } answer)
        {
            Counters.Hit();
            return Write(reply, exchange, question, _release.Release(exchange, question, name, answer, ttlSeconds));
        }
        if (!exchange.Judgement.Denies && !exchange.Share.TryTakeName(name))
        {
            bool enforced = exchange.Mode == Mode.Enforce;
            exchange.Judgement = exchange.Judgement with { Decision = exchange.Judgement.Decision with { Verdict = Verdict.Deny, Reason = Reason.DnsQuota }, Enforced = enforced };
            if (enforced) return Refused(exchange, question, reply);
        }
        if (!_places.TryEnter(exchange)) return Full(exchange, reply);
        waiting = exchange;
        if (exchange.Place == WaitingPlace.Queue)
        {
            // Nothing was said of it yet, and nothing left: it is judged again when it has a place.
            exchange.Unread = packet.ToArray();
            return 0;
        }
        if (Recorder.Record(exchange)) return 0;
        waiting = null;
        Leave(exchange);
        return Write(reply, exchange, question, new Reply { Code = DnsResponseCode.ServerFailure });
    }

    /// <summary>Refuses a question that found no place.</summary>
    public int Full(Exchange exchange, Span<byte> reply)
    {
        Leave(exchange);
        CountRefusal(exchange, Reason.LimitReached);
        return Write(reply, exchange, exchange.Question!, new Reply { Code = DnsResponseCode.Refused, Error = Edns.Prohibited, ErrorText = "too many questions are waiting" });
    }

    // A denied name does not exist here; a name above permitted ones has nothing of this type (RFC 8020); a type or a quota is a refusal.
    private int Refused(Exchange exchange, AgentQuestion question, Span<byte> reply)
    {
        Counters.Refusal();
        Recorder.Record(exchange);
        DnsResponseCode code = exchange.Judgement.Decision.Reason switch
        {
            Reason.EmptyNonTerminal => DnsResponseCode.NoError,
            Reason.DnsTypeRefused or Reason.DnsQuota or Reason.PolicyChanged => DnsResponseCode.Refused,
            _ => DnsResponseCode.NameError,
        };
        return Write(reply, exchange, question, AnswerRelease.Refusal(exchange, code));
    }

    private int Broken(Exchange exchange, int length)
    {
        Counters.Broken();
        exchange.Judgement = new Judgement(new Decision(Verdict.Deny, Reason.Malformed), Stage.Dns, Enforced: true);
        Recorder.Count(exchange);
        return length;
    }

    private void CountRefusal(Exchange exchange, Reason reason)
    {
        Counters.Limit();
        exchange.Judgement = new Judgement(new Decision(Verdict.Deny, reason), Stage.Dns, Enforced: true);
        Recorder.Count(exchange);
    }

    // No more of them than places to wait: each has its own record, with the name.
    private void RefuseUnread(Exchange exchange, Reason reason)
    {
        Counters.Refusal();
        _ = QuestionReader.Read(exchange.Unread, out AgentQuestion? question);
        exchange.Question = question;
        exchange.Judgement = new Judgement(new Decision(Verdict.Deny, reason), Stage.Dns, Enforced: true);
        Recorder.Record(exchange);
    }

    /// <summary>The place that a question held while it waited is free again.</summary>
    public void Leave(Exchange exchange) => _places.Leave(exchange);

    /// <summary>Waits until every question that was begun is finished, and has its record. To be called when no more come and all were told to stop.</summary>
    public Task SettleAsync()
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _settled, settled);
        if (Volatile.Read(ref _unfinished) == 0) settled.TrySetResult();
        return settled.Task;
    }

    private int Write(Span<byte> reply, Exchange exchange, AgentQuestion question, in Reply content)
    {
        // Whoever has the address by now asked nothing, and is told nothing.
        Snapshot now = _current();
        if (!ReferenceEquals(now, exchange.Snapshot) && KeyOf(now, now.FindAgent(exchange.Peer.Source)) != exchange.Key) return 0;
        int udpBytes = _options.Limits.UdpBytes;
        int most = exchange.Peer.Protocol == Peer.Udp ? Math.Min(question.UdpBytes, udpBytes) : reply.Length;
        int length = ReplyWriter.Write(reply[..Math.Min(reply.Length, most)], question, content, udpBytes);
        if (length >= DnsHeader.Bytes && (BinaryPrimitives.ReadUInt16BigEndian(reply[2..]) & DnsHeader.TruncatedBit) != 0) Counters.Truncate();
        return length;
    }

    private int KeyOf(Snapshot snapshot, int agent) => agent < 0 ? 0 : _book.KeyOf(snapshot.Policy.Agents[agent].Id);

    private AgentShare ShareOf(int key) => _shares.GetOrAdd(key, _ => new AgentShare(_options.Limits, _time));
}
