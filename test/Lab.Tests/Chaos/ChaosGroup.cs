namespace Exeat.Lab.Tests.Chaos;

/// <summary>One lab for all faults that heal, one fault after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ChaosGroup : ICollectionFixture<ChaosLab>
{
    public const string Name = "chaos";
}
