using System.Globalization;

namespace Exeat.Flows;

/// <summary>What was read of a line so far.</summary>
internal struct EventFields
{
    private string? _kind, _gateway, _agent, _class, _source, _destination, _protocol, _proof, _caveat, _stage, _rule, _reason, _verdict, _mode, _policy, _agentsHash, _end;
    private long _sourcePort, _port, _namesOmitted, _generation, _bytesOut, _bytesIn, _packetsOut, _packetsIn, _durationMs, _count;

    public required byte[] Raw { get; init; }

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

    /// <summary>The field of this name; null when there is none such. Found without making a text of it, since every line has thirty.</summary>
    public static string? NameOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 => name.SequenceEqual("v"u8) ? "v" : null,
        2 => name.SequenceEqual("id"u8) ? "id" : null,
        3 => name.SequenceEqual("src"u8) ? "src" : name.SequenceEqual("dst"u8) ? "dst" : name.SequenceEqual("end"u8) ? "end" : null,
        4 => name.SequenceEqual("flow"u8) ? "flow" : name.SequenceEqual("time"u8) ? "time" : name.SequenceEqual("port"u8) ? "port" : name.SequenceEqual("rule"u8) ? "rule" : name.SequenceEqual("mode"u8) ? "mode" : name.SequenceEqual("note"u8) ? "note" : null,
        5 => name.SequenceEqual("event"u8) ? "event" : name.SequenceEqual("agent"u8) ? "agent" : name.SequenceEqual("class"u8) ? "class" : name.SequenceEqual("names"u8) ? "names" : name.SequenceEqual("proof"u8) ? "proof" : name.SequenceEqual("stage"u8) ? "stage" : name.SequenceEqual("would"u8) ? "would" : name.SequenceEqual("count"u8) ? "count" : null,
        6 => name.SequenceEqual("labels"u8) ? "labels" : name.SequenceEqual("reason"u8) ? "reason" : name.SequenceEqual("denial"u8) ? "denial" : name.SequenceEqual("caveat"u8) ? "caveat" : name.SequenceEqual("policy"u8) ? "policy" : null,
        7 => name.SequenceEqual("gateway"u8) ? "gateway" : name.SequenceEqual("srcPort"u8) ? "srcPort" : name.SequenceEqual("verdict"u8) ? "verdict" : name.SequenceEqual("bytesIn"u8) ? "bytesIn" : null,
        8 => name.SequenceEqual("protocol"u8) ? "protocol" : name.SequenceEqual("enforced"u8) ? "enforced" : name.SequenceEqual("bytesOut"u8) ? "bytesOut" : null,
        9 => name.SequenceEqual("monitored"u8) ? "monitored" : name.SequenceEqual("packetsIn"u8) ? "packetsIn" : null,
        10 => name.SequenceEqual("agentsHash"u8) ? "agentsHash" : name.SequenceEqual("generation"u8) ? "generation" : name.SequenceEqual("packetsOut"u8) ? "packetsOut" : name.SequenceEqual("durationMs"u8) ? "durationMs" : null,
        12 => name.SequenceEqual("namesOmitted"u8) ? "namesOmitted" : null,
        _ => null,
    };

    public void Set(string field, string text)
    {
        switch (field)
        {
            case "event": _kind = text; break;
            case "gateway": _gateway = text; break;
            case "agent": _agent = text; break;
            case "class": _class = text; break;
            case "src": _source = text; break;
            case "dst": _destination = text; break;
            case "protocol": _protocol = text; break;
            case "proof": _proof = text; break;
            case "caveat": _caveat = text; break;
            case "stage": _stage = text; break;
            case "rule": _rule = text; break;
            case "reason": _reason = text; break;
            case "verdict": _verdict = text; break;
            case "mode": _mode = text; break;
            case "policy": _policy = text; break;
            case "agentsHash": _agentsHash = text; break;
            case "end": _end = text; break;
        }
    }

    public void Set(string field, long number)
    {
        switch (field)
        {
            case "v": Version = number; break;
            case "srcPort": _sourcePort = number; break;
            case "port": _port = number; break;
            case "protocol" when number > 0: _protocol = number.ToString(CultureInfo.InvariantCulture); break;
            case "namesOmitted": _namesOmitted = number; break;
            case "generation": _generation = number; break;
            case "bytesOut": _bytesOut = number; break;
            case "bytesIn": _bytesIn = number; break;
            case "packetsOut": _packetsOut = number; break;
            case "packetsIn": _packetsIn = number; break;
            case "durationMs": _durationMs = number; break;
            case "count": _count = number; break;
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
