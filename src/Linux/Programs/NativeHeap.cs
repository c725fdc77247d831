using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>The C library's heap of this process: what libraries such as libnftables take their memory from.</summary>
public static class NativeHeap
{
    // glibc, malloc/malloc.h.
    private const int M_ARENA_MAX = -8;

    /// <summary>
    /// From here on threads share the heaps that there are: those of the threads that the runtime has started. glibc otherwise gives each thread a heap of its own, up to eight for each processor (mallopt(3),
    /// M_ARENA_MAX), and what was taken for a moment stays with it: a process whose threads come and go grows for hours. To be called first of all.
    /// </summary>
    public static void Share()
    {
        if (Libc.MallocOption(M_ARENA_MAX, 1) != 1) throw new KernelException("native heap: share", "mallopt", Errno.None);
    }
}
