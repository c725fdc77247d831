namespace Exeat.Gateway.Dns;

/// <summary>What a packet from an upstream's address turned out to be.</summary>
internal enum AnswerStatus : byte
{
    /// <summary>Not an answer to our question (wrong id, other question, not DNS): ignored, the right one may still come.</summary>
    NotOurs = 0,

    /// <summary>Cut: to be asked over TCP.</summary>
    Truncated,

    /// <summary>The upstream refuses, fails or tells nonsense.</summary>
    Failed,

    /// <summary>An answer.</summary>
    Good,
}
