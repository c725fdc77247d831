using System.Globalization;

namespace Exeat.Flows;

/// <summary>What was read of a line so far.</summary>
internal struct EventFields
{
    private string? _kind, _gateway, _agent, _class, _source, _destination, _protocol, _proof, _caveat, _stage, _rule, _reason, _verdict, _mode, _policy, _agentsHash, _end;
    private long _sourcePort, _port, _namesOmitted, _generation, _bytesOut, _bytesIn, _packetsOut, _packetsIn, _durationMs, _count;

    public required ReadOnlyMemory<byte> Raw { get; init; }

    public long Version { get; private set; }

    public string? Id { get; set; }

    public string? Flow { get; set; }

    public string? Denial { get; set; }

    public string? Note { get; set; }

    public DateTimeOffset? Time { get; set; }

    public bool? Enforced { get; set; }

    public IReadOnlyList<FlowName>? Names { get; set; }

    public IReadOnlyList<KeyValuePair<string, string>>? Labels { get; set; }

    public FlowOutcome? Would { get; set; }

    public FlowOutcome? Monitored { get; set; }

    /// <summary>The field of this name. Found without making a text of it, since every line has thirty.</summary>
    public static EventField Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 => name.SequenceEqual("v"u8) ? EventField.Version : EventField.None,
        2 => name.SequenceEqual("id"u8) ? EventField.Id : EventField.None,
        3 => name.SequenceEqual("src"u8) ? EventField.Src : name.SequenceEqual("dst"u8) ? EventField.Dst : name.SequenceEqual("end"u8) ? EventField.End : EventField.None,
        4 => name.SequenceEqual("flow"u8) ? EventField.Flow : name.SequenceEqual("time"u8) ? EventField.Time : name.SequenceEqual("port"u8) ? EventField.Port : name.SequenceEqual("rule"u8) ? EventField.Rule : name.SequenceEqual("mode"u8) ? EventField.Mode : name.SequenceEqual("note"u8) ? EventField.Note : EventField.None,
        5 => name.SequenceEqual("event"u8) ? EventField.Event : name.SequenceEqual("agent"u8) ? EventField.Agent : name.SequenceEqual("class"u8) ? EventField.Class : name.SequenceEqual("names"u8) ? EventField.Names : name.SequenceEqual("proof"u8) ? EventField.Proof : name.SequenceEqual("stage"u8) ? EventField.Stage : name.SequenceEqual("would"u8) ? EventField.Would : name.SequenceEqual("count"u8) ? EventField.Count : EventField.None,
        6 => name.SequenceEqual("labels"u8) ? EventField.Labels : name.SequenceEqual("reason"u8) ? EventField.Reason : name.SequenceEqual("denial"u8) ? EventField.Denial : name.SequenceEqual("caveat"u8) ? EventField.Caveat : name.SequenceEqual("policy"u8) ? EventField.Policy : EventField.None,
        7 => name.SequenceEqual("gateway"u8) ? EventField.Gateway : name.SequenceEqual("srcPort"u8) ? EventField.SrcPort : name.SequenceEqual("verdict"u8) ? EventField.Verdict : name.SequenceEqual("bytesIn"u8) ? EventField.BytesIn : EventField.None,
        8 => name.SequenceEqual("protocol"u8) ? EventField.Protocol : name.SequenceEqual("enforced"u8) ? EventField.Enforced : name.SequenceEqual("bytesOut"u8) ? EventField.BytesOut : EventField.None,
        9 => name.SequenceEqual("monitored"u8) ? EventField.Monitored : name.SequenceEqual("packetsIn"u8) ? EventField.PacketsIn : EventField.None,
        10 => name.SequenceEqual("agentsHash"u8) ? EventField.AgentsHash : name.SequenceEqual("generation"u8) ? EventField.Generation : name.SequenceEqual("packetsOut"u8) ? EventField.PacketsOut : name.SequenceEqual("durationMs"u8) ? EventField.DurationMs : EventField.None,
        12 => name.SequenceEqual("namesOmitted"u8) ? EventField.NamesOmitted : EventField.None,
        _ => EventField.None,
    };

    public void Set(EventField field, string text)
    {
        switch (field)
        {
            case EventField.Event: _kind = text; break;
            case EventField.Gateway: _gateway = text; break;
            case EventField.Agent: _agent = text; break;
            case EventField.Class: _class = text; break;
            case EventField.Src: _source = text; break;
            case EventField.Dst: _destination = text; break;
            case EventField.Protocol: _protocol = text; break;
            case EventField.Proof: _proof = text; break;
            case EventField.Caveat: _caveat = text; break;
            case EventField.Stage: _stage = text; break;
            case EventField.Rule: _rule = text; break;
            case EventField.Reason: _reason = text; break;
            case EventField.Verdict: _verdict = text; break;
            case EventField.Mode: _mode = text; break;
            case EventField.Policy: _policy = text; break;
            case EventField.AgentsHash: _agentsHash = text; break;
            case EventField.End: _end = text; break;
        }
    }

    public void Set(EventField field, long number)
    {
        switch (field)
        {
            case EventField.Version: Version = number; break;
            case EventField.SrcPort: _sourcePort = number; break;
            case EventField.Port: _port = number; break;
            case EventField.Protocol when number > 0: _protocol = number.ToString(CultureInfo.InvariantCulture); break;
            case EventField.NamesOmitted: _namesOmitted = number; break;
            case EventField.Generation: _generation = number; break;
            case EventField.BytesOut: _bytesOut = number; break;
            case EventField.BytesIn: _bytesIn = number; break;
            case EventField.PacketsOut: _packetsOut = number; break;
            case EventField.PacketsIn: _packetsIn = number; break;
            case EventField.DurationMs: _durationMs = number; break;
            case EventField.Count: _count = number; break;
        }
    }

    /// <summary>Null: what every event has is missing.</summary>
    public readonly FlowEvent? Event() => Id is null || _kind is null || Time is not { } time ? null : new FlowEvent
    {
        Raw = Raw,
        Id = Id,
        Event = _kind,
        Time = time,
        Flow = Flow,
        Gateway = _gateway,
        Agent = _agent,
        Class = _class,
        Labels = Labels ?? [],
        Source = _source,
        SourcePort = (int)_sourcePort,
        Destination = _destination,
        Protocol = _protocol,
        Port = (int)_port,
        Names = Names ?? [],
        NamesOmitted = (int)_namesOmitted,
        Proof = _proof,
        Caveat = _caveat,
        Stage = _stage,
        Rule = _rule,
        Reason = _reason,
        Verdict = _verdict,
        Mode = _mode,
        Enforced = Enforced,
        Would = Would,
        Monitored = Monitored,
        Denial = Denial,
        Policy = _policy,
        AgentsHash = _agentsHash,
        Generation = _generation,
        BytesOut = _bytesOut,
        BytesIn = _bytesIn,
        PacketsOut = _packetsOut,
        PacketsIn = _packetsIn,
        DurationMs = _durationMs,
        End = _end,
        Count = Math.Max(1, _count),
        Note = Note,
    };
}
