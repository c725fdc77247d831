using System.Globalization;
using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>The rest of the machine: clock, size of connection tracking, room for the journal, management's place.</summary>
internal static class MachineChecks
{
    private const int UsualAgents = 16;

    public static IEnumerable<Check> All(Ground ground)
    {
        bool? clock = ClockState.IsSynchronised();
        yield return clock is null ? new Check("clock", Outcome.Warn, "the kernel does not say whether it is synchronised", "timedatectl")
            : Check.That("clock", clock.Value, Outcome.Warn, clock.Value ? "is synchronised" : "is not synchronised: expiry of rules and times of records may be wrong", "timedatectl set-ntp true");
        yield return Tracking(ground);
        if (ground.Gateway is not { } gateway) yield break;
        yield return Room("journal", gateway.Journal.Dir, gateway.Journal.MaxBytes);
        yield return Room("state", gateway.State, 16 << 20);
        if (gateway.Management.Metrics is { } metrics) yield return Metrics(ground, metrics);
    }

    private static Check Tracking(Ground ground)
    {
        _ = long.TryParse(Sysctl.Read("net.netfilter.nf_conntrack_max"), NumberStyles.None, CultureInfo.InvariantCulture, out long most);
        _ = long.TryParse(Sysctl.Read("net.netfilter.nf_conntrack_count"), NumberStyles.None, CultureInfo.InvariantCulture, out long now);
        if (most == 0) return new Check("conntrack size", Outcome.Warn, "unknown or unlimited", "modprobe nf_conntrack");
        int agents = ground.Agents?.Agents.Length ?? UsualAgents, each = (ground.Gateway?.Limits ?? new GatewayLimits()).Connections;
        long needed = (long)agents * each;
        return Check.That("conntrack size", most >= needed && now < most / 10 * 9, Outcome.Warn, $"{now} of {most} in use; {agents} agents may have {each} each",
            $"sysctl -w net.netfilter.nf_conntrack_max={Math.Max(needed, most) * 2} (or fewer limits.connections)");
    }

    private static Check Room(string name, string folder, long wanted)
    {
        string at = folder;
        while (!Directory.Exists(at) && Path.GetDirectoryName(at) is { } above) at = above;
        long free = new DriveInfo(at).AvailableFreeSpace, used = Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length) : 0;
        bool fits = free + used >= wanted;
        return Check.That($"room for {name}", fits, Outcome.Fail, $"{free >> 20} MiB free at {at}, {wanted >> 20} MiB wanted", $"free some, or move it ({(name == "journal" ? "journal.dir, journal.maxBytes" : "state")})");
    }

    private static Check Metrics(Ground ground, AddressAndPort metrics)
    {
        Names.Address[] Of(Func<LinkAddress, bool> which) => [.. ground.Addresses.Where(which).Select(a => a.IsV6 ? Names.Address.V6(a.Bits) : Names.Address.V4((uint)a.Bits))];
        HashSet<int> inside = [.. ground.Inside.Select(l => l.Index)];
        if (metrics.Address.Bits == 0 || Of(a => inside.Contains(a.Interface)).Contains(metrics.Address))
            return new Check("metrics address", Outcome.Fail, $"{metrics.Address} is on the agents' side", "write an address of the management side, or 127.0.0.1");
        return Check.That("metrics address", Of(_ => true).Contains(metrics.Address), Outcome.Warn, Of(_ => true).Contains(metrics.Address) ? $"{metrics} is on the management side" : $"{metrics.Address} is no address of this machine", $"ip address add {metrics.Address} dev …");
    }
}
