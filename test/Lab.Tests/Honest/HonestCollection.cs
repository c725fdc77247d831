namespace Exeat.Lab.Tests.Honest;

/// <summary>The tests that share the two labs, one after another.</summary>
[CollectionDefinition]
public sealed class HonestCollection : ICollectionFixture<HonestLabs>;
