using System.Runtime.InteropServices;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Where a path leads, with every symbolic link on the way followed (realpath(3)).</summary>
public static class RealPath
{
    /// <summary>The path without links; throws when there is nothing.</summary>
    public static string Of(string path) => TryOf(path) ?? throw new KernelException("path: follow", path, Libc.LastError);

    /// <summary>The path without links; null when there is nothing.</summary>
    public static unsafe string? TryOf(string path)
    {
        byte* found = Libc.ResolvePath(path, null);
        if (found is null) return null;
        string text = Marshal.PtrToStringUTF8((nint)found)!;
        NativeMemory.Free(found);
        return text;
    }
}
