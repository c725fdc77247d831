namespace Exeat.Lab.Tests.Labs;

/// <summary>Tests that compare rates or times: nothing else runs beside them. The others run several at once, since most of their time they wait.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
