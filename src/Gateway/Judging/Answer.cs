namespace Exeat.Gateway.Judging;

/// <summary>What the verdict loop tells the kernel about one packet. <c>default</c> drops it.</summary>
/// <param name="Accept">True: the packet goes on with <paramref name="Mark"/>, which the next chain reads. False: it is dropped here.</param>
/// <param name="Mark">State and generation as in <see cref="Kernel.MarkLayout"/>.</param>
/// <param name="Permit">The flow whose permit takes effect with this packet: void if its record cannot be written.</param>
internal readonly record struct Answer(bool Accept, uint Mark, FlowEntry? Permit = null)
{
    /// <summary>True: the packet is answered and goes no further.</summary>
    public bool Refuses { get; init; }

    /// <summary>True: no verdict yet; <see cref="HeldDatagrams"/> has the packet.</summary>
    public bool Holds { get; init; }
}
