using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>struct nft_ctx.</summary>
internal sealed class NftContext() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibNftables.Free(handle);
        return true;
    }
}
