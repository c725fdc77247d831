namespace Exeat.Lab.Tests.Labs;

/// <summary>Tests that compare rates or times: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
