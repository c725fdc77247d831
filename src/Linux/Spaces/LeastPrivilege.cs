using System.Collections;
using System.Globalization;
using System.Text;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Gives up every right but a few, for every thread there will ever be.</summary>
/// <remarks>
/// Capabilities belong to threads, and a managed program has threads before its first line. So the rights are given up on this thread, which then executes the same program
/// again: only what this thread has left remains (capabilities(7), "Transformation of capabilities during execve").
/// </remarks>
public static class LeastPrivilege
{
    // Set for the second run, so that a kernel which does not do what we ask ends in a message and not in a circle.
    private const string Again = "EXEAT_LEAST_PRIVILEGE";
    private const int LastCapability = 63;

    /// <summary>Returns when the rights are gone already; executes the program again if not. Throws when the kernel refuses.</summary>
    public static void Ensure(IReadOnlyList<string> keep, Account? user)
    {
        ulong mask = Capabilities.Mask(keep);
        string status = File.ReadAllText("/proc/self/status");
        if (IsReached(status, mask, user?.User)) return;
        if (Environment.GetEnvironmentVariable(Again) is not null) throw new KernelException("privileges: give up", "", Errno.None, "this process still has more than it asked for");
        byte[] arguments = File.ReadAllBytes("/proc/self/cmdline");
        GiveUp(Capabilities.Parse(status, "CapPrm:"), mask, user);
        Environment.SetEnvironmentVariable(Again, "1");
        Execute(Texts(arguments), [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => Encoding.UTF8.GetBytes($"{e.Key}={e.Value}"))]);
    }

    /// <summary>Whether a process with this /proc/PID/status has no more than it keeps. Without CAP_SETPCAP the bounding set does not matter: nothing can be gained any more.</summary>
    internal static bool IsReached(string status, ulong keep, uint? user)
    {
        ulong more = Capabilities.Parse(status, "CapPrm:") | Capabilities.Parse(status, "CapEff:") | Capabilities.Parse(status, "CapInh:");
        bool canBound = (Capabilities.Parse(status, "CapPrm:") & Capabilities.Mask(["CAP_SETPCAP"])) != 0;
        return (more & ~keep) == 0 && !canBound && Field(status, "NoNewPrivs:")[0] == "1" && (user is null || Field(status, "Uid:").All(id => id == user.Value.ToString(CultureInfo.InvariantCulture)));
    }

    private static string[] Field(string status, string name)
    {
        string line = status.Split('\n').First(l => l.StartsWith(name, StringComparison.Ordinal));
        return line[name.Length..].Split('\t', StringSplitOptions.RemoveEmptyEntries);
    }

    private static unsafe void GiveUp(ulong have, ulong keep, Account? user)
    {
        ulong rest = have & keep;
        if ((have & Capabilities.Mask(["CAP_SETPCAP"])) != 0)
        {
            for (int bit = 0; bit <= LastCapability; bit++)
            {
                if ((keep & (1ul << bit)) == 0 && Libc.ProcessControl(Libc.PR_CAPBSET_READ, (nuint)bit, 0, 0, 0) == 1) Demand(Libc.ProcessControl(Libc.PR_CAPBSET_DROP, (nuint)bit, 0, 0, 0), "bounding set");
            }
        }
        if (user is { } account)
        {
            uint group = account.Group;
            Demand(Libc.ProcessControl(Libc.PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities");
            Demand(Libc.SetGroups(1, &group), "groups");
            Demand(Libc.SetGroupIds(group, group, group), $"group {group}");
            Demand(Libc.SetUserIds(account.User, account.User, account.User), $"user {account.User}");
        }
        var header = new CapabilityHeader { Version = Libc.LINUX_CAPABILITY_VERSION_3 };
        CapabilityWord* words = stackalloc CapabilityWord[2];
        for (int i = 0; i < 2; i++)
        {
            uint word = (uint)(rest >> (32 * i));
            words[i] = new CapabilityWord { Effective = word, Permitted = word, Inheritable = word };
        }
        Demand(Libc.SetCapabilities(&header, words), "capabilities");
        // For a user other than root, ambient capabilities are the ones that survive the execution.
        for (int bit = 0; bit <= LastCapability; bit++)
            if ((rest & (1ul << bit)) != 0) Demand(Libc.ProcessControl(Libc.PR_CAP_AMBIENT, Libc.PR_CAP_AMBIENT_RAISE, (nuint)bit, 0, 0), "ambient set");
        Demand(Libc.ProcessControl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges");
    }

    private static void Demand(int result, string what)
    {
        if (result != 0) throw new KernelException("privileges: give up", what, Libc.LastError);
    }

    private static List<byte[]> Texts(byte[] ended)
    {
        List<byte[]> texts = [];
        for (int start = 0; start < ended.Length;)
        {
            int end = Array.IndexOf(ended, (byte)0, start);
            if (end < 0) end = ended.Length;
            texts.Add(ended[start..end]);
            start = end + 1;
        }
        return texts;
    }

    private static unsafe void Execute(List<byte[]> arguments, List<byte[]> environment)
    {
        using var first = new TextArray(arguments);
        using var second = new TextArray(environment);
        Libc.Execute("/proc/self/exe", first.Pointer, second.Pointer);
        throw new KernelException("privileges: execute", "/proc/self/exe", Libc.LastError);
    }
}
