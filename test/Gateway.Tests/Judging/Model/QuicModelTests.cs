namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>Random datagrams of a hostile agent through the judge of QUIC: only whole hellos for a name that is permitted and bound leave, and short headers once their server has answered.</summary>
public sealed class QuicModelTests
{
    private const int Steps = 60;
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("EXEAT_MODEL_RUNS"), out int runs) ? runs : 100;

    [Theory, InlineData(false), InlineData(true)]
    public void Nothing_leaves_but_what_the_world_can_account_for(bool v6)
    {
        int answered = 0;
        for (int seed = 0; seed < Runs; seed++)
        {
            using var world = new QuicRun(new Random(seed), v6);
            for (int step = 0; step < Steps && world.Wrong is null; step++) world.Step();
            Assert.True(world.Wrong is null, $"seed {seed}: {world.Wrong}\n{string.Join('\n', world.Trace)}");
            answered += world.Answered;
        }
        Assert.True(answered > Runs / 2, $"{answered} answered connections in {Runs} runs");
    }
}
