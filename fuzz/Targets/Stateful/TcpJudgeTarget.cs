using Exeat.Gateway.Tests.Judging.Model;

namespace Exeat.Fuzz.Targets.Stateful;

/// <summary>Packets of a hostile agent, of servers and of the kernel, policies that come and go, and time, through the judge of TCP: a notary says of every packet that left whether it may have.</summary>
internal sealed class TcpJudgeTarget : IFuzzTarget
{
    public string Name => "tcp-judge";

    public int StepBytes => 16;

    public int MaxBytes => 200 * StepBytes;

    // The model remembers every byte of every packet; what the judges themselves may allocate has tests of its own.
    public long MaxAllocatedBytes => 4L << 30;

    public int ReplayMutations => 20;

    public void Run(ReadOnlySpan<byte> input)
    {
        var random = new StepRandom(input.ToArray(), StepBytes);
        if (!random.Next(out _)) return;
        int way = random.Next(256);
        using var world = new World(random, v6: (way & 1) != 0, (way & 14) == 0 ? "monitor" : "enforce") { LosesResets = (way & 16) != 0 };
        var adversary = new Adversary(world, random);
        while (world.Wrong is null && random.Next(out _)) adversary.Step();
        if (world.Wrong is null)
        {
            world.Wait(TimeSpan.FromSeconds(11));
            world.CheckRecords();
        }
        Promise.Holds(world.Wrong is null, $"{world.Wrong}\n{string.Join('\n', world.Trace.TakeLast(60))}");
    }
}
