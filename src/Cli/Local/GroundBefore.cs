using Exeat.Lab.Topology;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>What this network namespace did with other people's packets before a command brought a gateway up, so that the command can leave it as it was, and never opener than that.</summary>
internal sealed class GroundBefore
{
    private const string Forwarding4 = "net.ipv4.ip_forward", Forwarding6 = "net.ipv6.conf.all.forwarding";
    private static readonly TimeSpan RemovesWithin = TimeSpan.FromSeconds(20);

    private readonly string _note;
    private readonly bool _wasClosed;

    private GroundBefore(string note, bool wasClosed) => (_note, _wasClosed) = (note, wasClosed);

    /// <summary>Looks, and leaves a note in the folder: a command that was killed has not put anything back, and the next one on the folder does it.</summary>
    public static GroundBefore Look(string folder)
    {
        string note = Path.Combine(folder, "forwarded-nothing-before");
        bool wasClosed = File.Exists(note) || (KernelLocks.Look().Word == "open" && Sysctl.Read(Forwarding4) == "0" && Sysctl.Read(Forwarding6) is "0" or null);
        if (wasClosed) File.WriteAllText(note, "");
        return new GroundBefore(note, wasClosed);
    }

    /// <summary>Puts it back: forwarding off, and only then the locks away. Where it forwarded before, or was locked, the locks stay, since without them agents would pass. Says which.</summary>
    public async Task<string> PutBackAsync()
    {
        if (!_wasClosed) return "both locks of the gateway stay in the kernel, since this machine forwarded or was locked before: nothing new of its agents passes; exeat-gateway --remove-locks takes them away";
        Sysctl.Write(Forwarding4, "0");
        if (Sysctl.Read(Forwarding6) is not null) Sysctl.Write(Forwarding6, "0");
        Finished removed = await Subprocess.RunAsync([.. Programs.Beside("exeat-gateway"), "--remove-locks"], RemovesWithin);
        if (!removed.Succeeded) throw new CommandFailure(ExitCode.EnvironmentLacks, $"the gateway's tables could not be taken away ({removed.LastLine}): exeat-gateway --remove-locks does it");
        File.Delete(_note);
        return "this machine forwards nothing, as before, and no table or routing rule of ours is left";
    }
}
