using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>The kernel's sets of what it refuses by itself, as <see cref="DenialCache"/> needs them: nftables in the product, a model in tests.</summary>
internal interface IRefusalMemory
{
    /// <summary>Nothing is refused from memory any more, until it is remembered again. What was counted stays. False: somebody took it away, and the counts with it.</summary>
    bool Forget();

    /// <summary>Visits every count: source, destination, protocol and destination port, each padded to four bytes. False: somebody took the counts away.</summary>
    bool ReadHits(PacketSetVisitor visit);

    /// <summary>Begins to count anew.</summary>
    void DropHits();
}
