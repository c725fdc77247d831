using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>libnftables (nftables/libnftables.h): the parser and the transactions of the nft command, in this process.</summary>
internal static partial class LibNftables
{
    public const uint NFT_CTX_DEFAULT = 0, NFT_CTX_OUTPUT_STATELESS = 1 << 2, NFT_CTX_OUTPUT_JSON = 1 << 4;
    private const string Library = "libnftables.so.1";

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(LibNftables).Assembly, null, out nint library)) return false;
        NativeLibrary.Free(library);
        return true;
    }

    [LibraryImport(Library, EntryPoint = "nft_ctx_new")]
    public static partial NftContext New(uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_free")]
    public static partial void Free(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_set_dry_run")]
    public static partial void SetDryRun(NftContext context, [MarshalAs(UnmanagedType.U1)] bool dry);

    [LibraryImport(Library, EntryPoint = "nft_ctx_output_set_flags")]
    public static partial void SetOutput(NftContext context, uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_output")]
    public static partial int BufferOutput(NftContext context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    public static partial int BufferError(NftContext context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_get_output_buffer")]
    public static partial nint OutputBuffer(NftContext context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    public static partial nint ErrorBuffer(NftContext context);

    [LibraryImport(Library, EntryPoint = "nft_run_cmd_from_buffer", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Run(NftContext context, string commands);
}
