namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>Random packets of a hostile agent through the judges, in a modelled kernel and a world that says what may have left.</summary>
public sealed class JudgeModelTests
{
    private const int Steps = 120;

    /// <summary>More for a long run by hand: EXEAT_MODEL_RUNS=100000.</summary>
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("EXEAT_MODEL_RUNS"), out int runs) ? runs : 200;

    [Theory, InlineData(false), InlineData(true)]
    public void Nothing_leaves_but_what_the_world_can_account_for(bool v6)
    {
        int proven = 0, requested = 0;
        for (int seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            using var world = new World(random, v6, random.Next(6) == 0 ? "monitor" : "enforce") { LosesResets = true };
            var adversary = new Adversary(world, random);
            for (int step = 0; step < Steps && world.Wrong is null; step++) adversary.Step();
            if (world.Wrong is null)
            {
                world.Wait(TimeSpan.FromSeconds(11));
                world.CheckRecords();
            }
            proven += world.Proven;
            requested += world.Requested;
            Assert.True(world.Wrong is null, $"seed {seed} ({world.Mode}): {world.Wrong}\n{string.Join('\n', world.Trace.TakeLast(60))}");
        }
        // Runs in which no hello ever gets through show nothing.
        Assert.True(proven > Runs / 2, $"{proven} proven connections in {Runs} runs");
        Assert.True(requested > Runs / 10, $"{requested} connections with two requests in {Runs} runs");
    }
}
