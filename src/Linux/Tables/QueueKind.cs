namespace Exeat.Linux;

/// <summary>Which of the kernel's two doors leads packets to user space.</summary>
public enum QueueKind
{
    /// <summary>The nft expression <c>queue</c>.</summary>
    Nft = 1,

    /// <summary>The xtables target NFQUEUE inside an nft rule; for kernels built without nft's own expression.</summary>
    Xtables = 2,
}
