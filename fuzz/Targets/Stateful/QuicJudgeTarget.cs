using Exeat.Gateway.Tests.Judging.Model;

namespace Exeat.Fuzz.Targets.Stateful;

/// <summary>Datagrams of a hostile agent and of a server through the judge of QUIC: only whole hellos for a permitted and bound name leave, and short headers once their server has answered.</summary>
internal sealed class QuicJudgeTarget : IFuzzTarget
{
    public string Name => "quic-judge";

    public int StepBytes => 8;

    public int MaxBytes => 120 * StepBytes;

    public long MaxAllocatedBytes => 4L << 30;

    public int ReplayMutations => 20;

    public void Run(ReadOnlySpan<byte> input)
    {
        var random = new StepRandom(input.ToArray(), StepBytes);
        if (!random.Next(out _)) return;
        using var world = new QuicRun(random, v6: (random.Next(256) & 1) != 0);
        while (world.Wrong is null && random.Next(out _)) world.Step();
        Promise.Holds(world.Wrong is null, $"{world.Wrong}\n{string.Join('\n', world.Trace.TakeLast(60))}");
    }
}
