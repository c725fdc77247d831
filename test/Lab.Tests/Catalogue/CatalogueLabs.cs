using Exeat.Lab.Catalogue;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Catalogue;

/// <summary>The whole catalogue, made once against all three columns; the tests read what came of it.</summary>
public sealed class CatalogueLabs : IAsyncLifetime
{
    internal CatalogueReport? Report { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!TestSpaces.Fresh) return;
        await TestSpaces.EnsureAsync();
        LabState state = LabState.Create();
        using (state.Hold())
        {
            var options = new CatalogueOptions { Exeat = LabPrograms.Exeat, Gateway = LabPrograms.Gateway, Prefix = "c" };
            Report = await new CatalogueRun(options, _ => { }).RunAsync(state);
        }
        state.Remove();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
