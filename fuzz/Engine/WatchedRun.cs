using System.Runtime.InteropServices;

namespace Exeat.Fuzz.Engine;

/// <summary>A guided run on a thread of its own, while this one looks at the clock, says how it goes, and notices an input that never ends.</summary>
internal sealed class WatchedRun(IFuzzTarget target, GuidedRun run)
{
    /// <summary>Processor time, not the clock: a busy machine makes no input slow. A thousand times what the slowest honest input takes.</summary>
    public TimeSpan MostForOneInput { get; init; } = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100), Say = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _clock = TimeProvider.System;
    private volatile bool _interrupted;

    /// <summary>Returns the exit status: 0 nothing failed, 1 something did.</summary>
    public int Run(TimeSpan time, long mostInputs, bool isQuiet = false)
    {
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        Exception? broken = null;
        var thread = new Thread(() =>
        {
            try
            {
                run.Run(mostInputs);
            }
#pragma warning disable CA1031 // A defect of the fuzz program itself: told, and never taken for a clean run.
            catch (Exception e)
#pragma warning restore CA1031
            {
                broken = e;
            }
        })
        {
            IsBackground = true,
        };
        long began = _clock.GetTimestamp(), said = began, at = -1;
        TimeSpan cpu = Environment.CpuUsage.TotalTime, since = cpu;
        thread.Start();
        bool hangs = false;
        while (!thread.Join(Glance) && !hangs)
        {
            if (_clock.GetElapsedTime(began) >= time || _interrupted) run.Stop();
            if (run.Inputs != at) (at, since) = (run.Inputs, Environment.CpuUsage.TotalTime);
            else hangs = Environment.CpuUsage.TotalTime - since > MostForOneInput;
            if (isQuiet || _clock.GetElapsedTime(said) < Say) continue;
            said = _clock.GetTimestamp();
            Console.WriteLine(Line(_clock.GetElapsedTime(began), null));
        }
        if (hangs) run.Keep(run.Current, $"no end after {MostForOneInput.TotalSeconds:F0} s of processor time");
        if (broken is not null) throw new InvalidOperationException("the run broke off", broken);
        if (!isQuiet) Console.WriteLine(Line(_clock.GetElapsedTime(began), Environment.CpuUsage.TotalTime - cpu));
        return run.Failures == 0 ? 0 : 1;
    }

    private string Line(TimeSpan wall, TimeSpan? cpu) =>
        $"{target.Name}: {(cpu is { } used ? $"ended, wall {wall.TotalSeconds:F0} s, cpu {used.TotalSeconds:F0} s" : $"{wall.TotalSeconds:F0} s")}, "
        + $"{run.Inputs} inputs, {run.Inputs / Math.Max(0.001, wall.TotalSeconds):F0} a second, {run.Edges} edges, {run.Kept} kept, {run.Failures} failures";

    private void Interrupt(PosixSignalContext context)
    {
        // The second one ends the process at once.
        context.Cancel = !_interrupted;
        _interrupted = true;
    }
}
