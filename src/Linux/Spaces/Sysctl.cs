namespace Exeat.Linux;

/// <summary>Kernel settings under /proc/sys; those of net belong to the network namespace of the calling thread.</summary>
public static class Sysctl
{
    /// <summary>Reads a setting such as <c>net.ipv4.ip_forward</c>; null if this kernel has none of that name.</summary>
    /// <remarks>Where a part of the name has dots (an interface), write it with slashes: <c>net/ipv4/conf/eth0.5/rp_filter</c>.</remarks>
    public static string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Path(name)).TrimEnd();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new KernelException("sysctl: read", name, Errno.EACCES);
        }
    }

    /// <summary>Writes a setting, or throws.</summary>
    public static void Write(string name, string value)
    {
        try
        {
            File.WriteAllText(Path(name), value);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KernelException("sysctl: write", name, Errno.ENOENT);
        }
        catch (UnauthorizedAccessException)
        {
            throw new KernelException("sysctl: write", name, Errno.EACCES);
        }
        catch (IOException refused)
        {
            throw new KernelException("sysctl: write", name, Errno.EINVAL, refused.Message);
        }
    }

    private static string Path(string name) => $"/proc/sys/{(name.Contains('/', StringComparison.Ordinal) ? name : name.Replace('.', '/'))}";
}
