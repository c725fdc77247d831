using Exeat.Lab.Tests.Honest;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Runtimes;

/// <summary>What a runtime needs of the world: a model at its real name, and a page that lies in wait at a name that the runtime's pack permits.</summary>
internal static class RuntimeWorld
{
    /// <summary>The host of the model.</summary>
    public const string Model = "integrate.api.nvidia.com";

    /// <summary>The host of the page.</summary>
    public const string Pages = "docs.openclaw.ai";

    public static Task<HonestWorld> StartAsync(LabNetwork network, LabState state) =>
        HonestWorld.StartAsync(network, state, WorldMap.Find(Model)!, WorldMap.Find(Pages)!);
}
