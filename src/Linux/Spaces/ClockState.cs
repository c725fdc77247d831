using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Whether the kernel believes its clock (adjtimex(2)).</summary>
public static class ClockState
{
    // struct timex of 64-bit glibc is 208 bytes; modes (its first field) 0 only reads.
    private const int Bytes = 256, TIME_ERROR = 5;

    /// <summary>False while nobody has set the clock by a source of time (STA_UNSYNC); null when the kernel does not say.</summary>
    public static unsafe bool? IsSynchronised()
    {
        byte* timex = stackalloc byte[Bytes];
        new Span<byte>(timex, Bytes).Clear();
        int state = Libc.AdjustTime(timex);
        return state < 0 ? null : state != TIME_ERROR;
    }
}
