namespace Exeat.Lab.Tests.Honest;

/// <summary>The tests that share the two labs, one after another, and with nothing beside them: thousands of connections and long transfers are compared with what they are without the gateway.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class HonestCollection : ICollectionFixture<HonestLabs>;
