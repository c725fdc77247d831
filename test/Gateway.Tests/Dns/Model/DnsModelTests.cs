namespace Exeat.Gateway.Tests.Dns.Model;

/// <summary>Random questions, answers, policies, restarts and full disks through the resolver's desk: nothing is asked, told or bound but what the policy's words allow.</summary>
public sealed class DnsModelTests
{
    private const int Steps = 80;
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("EXEAT_MODEL_RUNS"), out int runs) ? runs : 100;

    [Theory, InlineData(false), InlineData(true)]
    public void Nothing_is_asked_told_or_bound_but_what_the_policy_allows(bool monitors)
    {
        int released = 0;
        for (int seed = 0; seed < Runs; seed++)
        {
            using var world = new DnsWorld(new Random(seed), monitors);
            for (int step = 0; step < Steps && world.Wrong is null; step++) world.Step();
            Assert.True(world.Wrong is null, $"seed {seed}: {world.Wrong}\n{string.Join('\n', world.Trace)}");
            released += world.Released;
        }
        Assert.True(released > Runs, $"{released} addresses were told in {Runs} runs");
    }
}
