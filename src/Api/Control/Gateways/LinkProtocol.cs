namespace Exeat.Api.Control;

/// <summary>What a link and control agree on before anything else: the version of their messages, and the sizes that both hold to.</summary>
/// <remarks>Within one version fields are only added, and unknown ones are passed over; so each side understands a neighbour that is one version older or newer than itself (N±1).</remarks>
public static class LinkProtocol
{
    /// <summary>The version that this release speaks.</summary>
    public const int Current = 1;

    /// <summary>The header that carries it, on every request and every answer.</summary>
    public const string Header = "Exeat-Protocol";

    /// <summary>The most bytes of one batch of records, unpacked: about eight thousand events.</summary>
    public const int MaxBatchBytes = 4 << 20;

    /// <summary>The most bytes of an enrolment, which anybody may send: a token, a request and an agents document.</summary>
    public const int MaxEnrolmentBytes = 512 << 10;

    /// <summary>The longest agents document that goes along with an enrolment, so that it fits however it is escaped; a longer one is handed over by a person.</summary>
    public const int MaxEnrolledAgents = 80 << 10;

    /// <summary>The most bytes of any other message: a bundle with the largest policy that loads (docs/policy-language.md) and its packs.</summary>
    public const int MaxMessageBytes = 32 << 20;

    /// <summary>The longest that a question for what is desired may wait.</summary>
    public static TimeSpan MaxWait { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the other side's messages can be read and answered.</summary>
    public static bool Understands(int other) => other >= 1 && Math.Abs(other - Current) <= 1;
}
