namespace Exeat.Flows;

/// <summary>What a journal line tells about its flow.</summary>
public enum FlowEventKind : byte
{
    /// <summary>Policy was asked and answered.</summary>
    Decision = 0,

    /// <summary>A flow lives on; byte and packet counts so far.</summary>
    Update,

    /// <summary>A flow is over; final counts.</summary>
    End,

    /// <summary>Several like attempts in one line, see <c>count</c>; also the journal's own notes.</summary>
    Counted,
}
