using Exeat.Gateway.Tests.Dns.Model;

namespace Exeat.Fuzz.Targets.Stateful;

/// <summary>Questions of agents, answers of an upstream, policies, restarts and full disks through the resolver's desk: nothing is asked, told or bound but what the policy's words allow.</summary>
internal sealed class DnsDeskTarget : IFuzzTarget
{
    public string Name => "dns-desk";

    public int StepBytes => 24;

    public int MaxBytes => 150 * StepBytes;

    public long MaxAllocatedBytes => 1L << 30;

    public int ReplayMutations => 40;

    public void Run(ReadOnlySpan<byte> input)
    {
        var random = new StepRandom(input.ToArray(), StepBytes);
        if (!random.Next(out _)) return;
        using var world = new DnsWorld(random, monitors: (random.Next(256) & 14) == 0);
        while (world.Wrong is null && random.Next(out _)) world.Step();
        Promise.Holds(world.Wrong is null, $"{world.Wrong}\n{string.Join('\n', world.Trace.TakeLast(60))}");
    }
}
