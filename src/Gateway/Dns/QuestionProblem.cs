namespace Exeat.Gateway.Dns;

/// <summary>Why an agent's packet is not a question that can be judged.</summary>
internal enum QuestionProblem : byte
{
    /// <summary>It can be judged.</summary>
    None = 0,

    /// <summary>Not DNS, or a response: dropped, as an answer could be made to hit somebody else.</summary>
    NotAQuestion,

    /// <summary>Another opcode (update, notify …): NOTIMP.</summary>
    NotAQuery,

    /// <summary>Not exactly one question that can be read, or bytes that nobody declared: FORMERR.</summary>
    Malformed,

    /// <summary>A class other than IN: REFUSED.</summary>
    Class,

    /// <summary>An EDNS version other than 0: BADVERS (RFC 6891, 6.1.3).</summary>
    EdnsVersion,
}
