using Exeat.Gateway.Kernel;

namespace Exeat.Gateway.Judging;

/// <summary>The marks of one generation, made once per snapshot.</summary>
internal readonly struct Verdicts(MarkLayout marks, int generation)
{
    private readonly uint _pending = marks.Pending(generation);
    private readonly uint _permitted = marks.Permitted(generation);
    private readonly uint _refused = marks.Refused(generation);
    private readonly uint _remembered = marks.Refused(generation) | marks.Remember;
    private readonly uint _watched = marks.Permitted(generation) | marks.Watched;

    /// <summary>The packet passes; the flow is not yet permitted.</summary>
    public Answer Pending(FlowEntry? permit = null) => new(true, _pending, permit);

    /// <summary>The packet passes, and the rest of the flow with it.</summary>
    public Answer Permitted(FlowEntry? permit = null) => new(true, _permitted, permit);

    /// <summary>The packet passes, and the rest of the flow with it, except what might begin another QUIC connection.</summary>
    public Answer Watched(FlowEntry? permit = null) => new(true, _watched, permit);

    /// <summary>The packet stays in the queue until more is known.</summary>
    public static Answer Hold() => new Answer { Holds = true };

    /// <summary>The packet is answered with a reset or an ICMP error, and goes no further.</summary>
    public Answer Refused() => new(true, _refused) { Refuses = true };

    /// <summary>As <see cref="Refused()"/>; with <paramref name="remember"/> the kernel refuses the like by itself for a moment.</summary>
    public Answer Refused(bool remember) => new(true, remember ? _remembered : _refused) { Refuses = true };

    /// <summary>The packet vanishes; the sender will send it again.</summary>
    public static Answer Drop() => default;
}
