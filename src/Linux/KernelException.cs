namespace Exeat.Linux;

/// <summary>The kernel refused an operation that must not fail; says which, on what, why, and what would help.</summary>
public sealed class KernelException : Exception
{
    /// <summary>Describes a refusal.</summary>
    public KernelException(string operation, string subject, Errno errno, string? detail = null)
        : base(Describe(operation, subject, errno, detail))
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
        Detail = detail;
    }

    /// <summary>What was tried, such as <c>nftables: replace table</c>.</summary>
    public string Operation { get; } = "";

    /// <summary>On what, such as <c>exeat</c>.</summary>
    public string Subject { get; } = "";

    /// <summary>The kernel's error; <see cref="Errno.None"/> where a tool gave only text.</summary>
    public Errno Errno { get; }

    /// <summary>What the kernel or the tool said in words, if it did.</summary>
    public string? Detail { get; }

    private static string Describe(string operation, string subject, Errno errno, string? detail)
    {
        string remedy = errno switch
        {
            Errno.EPERM or Errno.EACCES => $" (needs {Capability(operation)})",
            Errno.EROFS => " (/proc is read-only here)",
            Errno.EBUSY => " (another process holds it)",
            _ => "",
        };
        string cause = errno == Errno.None ? "" : $": {errno}{remedy}";
        return $"{operation}{(subject.Length == 0 ? "" : " ")}{subject}{cause}{(detail is null ? "" : ": ")}{detail}";
    }

    // Raw and packet sockets, and namespaces, are guarded by capabilities of their own; everything else here is administration of the network.
    private static string Capability(string operation) => operation.Split(':')[0] switch
    {
        "raw sender" or "raw link" or "packet tap" => "CAP_NET_RAW",
        "namespace" or "mount" => "CAP_SYS_ADMIN",
        _ => "CAP_NET_ADMIN",
    };
}
