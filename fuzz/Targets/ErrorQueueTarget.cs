using Exeat.Linux;

namespace Exeat.Fuzz.Targets;

/// <summary>Control messages of a socket's error queue, in which an ICMP error of anybody's is quoted.</summary>
internal sealed class ErrorQueueTarget : IFuzzTarget
{
    public string Name => "error-queue";

    public int MaxBytes => 1024;

    public void Run(ReadOnlySpan<byte> input)
    {
        if (ErrorQueue.Read(input) is { } error) Promise.Holds(error.ToString().Length > 0, "an error says what it is");
    }
}
