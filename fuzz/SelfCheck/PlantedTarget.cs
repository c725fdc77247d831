namespace Exeat.Fuzz.SelfCheck;

/// <summary>The reader with planted faults, of which one is live.</summary>
internal sealed class PlantedTarget(PlantedFault live) : IFuzzTarget
{
    public string Name => "planted";

    public void Run(ReadOnlySpan<byte> input)
    {
        if (PlantedFaults.Read(input) is var fault && (fault == PlantedFault.None || fault != live)) return;
        switch (fault)
        {
            case PlantedFault.Throws: throw new InvalidOperationException("planted");
            case PlantedFault.Allocates: GC.KeepAlive(new byte[128 << 20]); break;
            default:
                for (ulong spin = 0; ; spin++) GC.KeepAlive(spin);
        }
    }
}
