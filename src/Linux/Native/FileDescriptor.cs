using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>An open file descriptor, closed exactly once.</summary>
internal sealed class FileDescriptor : SafeHandle
{
    public FileDescriptor() : base(-1, ownsHandle: true)
    {
    }

    public FileDescriptor(int descriptor, bool ownsHandle = true) : base(-1, ownsHandle) => SetHandle(descriptor);

    public override bool IsInvalid => handle == -1;

    /// <summary>The number itself, for structures such as pollfd; valid while this object is open.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
