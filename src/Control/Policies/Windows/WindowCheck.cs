using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Names;

namespace Exeat.Control.Policies;

/// <summary>Checks what a window asks for. Whether it goes with the policy, the loader says when it is composed.</summary>
internal static class WindowCheck
{
    private static readonly Prefix[] Embedding = [.. new[] { "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "::/96" }.Select(text => Prefix.TryParse(text, out Prefix prefix) ? prefix : default)];

    public static PolicyWindowRequest Checked(string kind, PolicyWindowRequest request)
    {
        bool isPermit = kind == PolicyWindow.BreakGlass;
        TimeSpan longest = isPermit ? PolicyLimits.BreakGlass : PolicyLimits.Monitor;
        if (request.Minutes < 1 || request.Minutes > longest.TotalMinutes) throw Refused.Invalid($"it would last {request.Minutes} minutes", $"write 1 to {(int)longest.TotalMinutes} minutes; who needs longer changes the policy, or asks again");
        if (request.Classes.IsEmpty && request.Agents.IsEmpty) throw Refused.Invalid("it is for nobody", "name classes or agents");
        foreach ((ImmutableArray<string> names, string what) in ((ImmutableArray<string>, string)[])[(request.Classes, "a class"), (request.Agents, "an agent"), (request.Gateways, "a gateway")])
        {
            Few(names.Length, what);
            foreach (string name in names) PolicyWords.Name(name, what);
        }
        if (isPermit) CheckPermit(request);
        else if (!(request.Names.IsEmpty && request.Cidrs.IsEmpty && request.Ports.IsEmpty)) throw Refused.Invalid("monitor has no destinations", "take names, cidrs and ports out: in monitor everything passes and is recorded");
        return request with
        {
            Reason = PolicyWords.Line(request.Reason, "the reason"),
            Protocol = isPermit ? request.Protocol : "tcp",
            Classes = Once(request.Classes),
            Agents = Once(request.Agents),
            Gateways = Once(request.Gateways),
            Names = Once(request.Names),
            Cidrs = Once(request.Cidrs),
            Ports = [.. request.Ports.Distinct().Order()],
        };
    }

    private static void CheckPermit(PolicyWindowRequest request)
    {
        if (request.Names.IsEmpty && request.Cidrs.IsEmpty) throw Refused.Invalid("it permits nothing", "name what is to be reached: names, or cidrs");
        if (request.Protocol is not ("tcp" or "udp")) throw Refused.Invalid("the protocol is neither tcp nor udp", "write tcp or udp");
        if (request.Ports.IsEmpty || request.Ports.Any(port => port is < 1 or > 65535)) throw Refused.Invalid("the ports are missing or none", "write ports from 1 to 65535");
        Few(request.Names.Length, "a name");
        Few(request.Cidrs.Length, "a prefix");
        Few(request.Ports.Length, "a port");
        foreach (string name in request.Names)
        {
            if (name is null || !NamePattern.TryParse(name, out NamePattern? pattern, out _)) throw name is null ? Refused.Invalid("a name is missing", "write it") : WrongName(name);
            if (pattern.IsSharedZone) throw Refused.Invalid($"strangers can register names that {pattern.Text} matches", "name the hosts that are needed");
        }
        foreach (string text in request.Cidrs)
        {
            if (!Prefix.TryParse(text, out Prefix prefix)) throw Refused.Invalid("one of the cidrs is no prefix", "write an address, or a prefix such as 192.0.2.0/24 or 2001:db8::/48, without bits behind its length");
            // What stands for IPv4 inside IPv6 is as wide as the IPv4 in it.
            int least = prefix.Network.IsV4 ? PolicyLimits.MinBits4 : Embedding.Any(prefix.Overlaps) ? 96 + PolicyLimits.MinBits4 : PolicyLimits.MinBits6;
            if (prefix.Length < least) throw Refused.Invalid($"{prefix} is too wide for a break-glass permit", $"write prefixes of at least /{least}");
        }
    }

    private static Refused WrongName(string name)
    {
        _ = NamePattern.TryParse(name, out _, out PatternProblem? problem);
        return Refused.Invalid(problem!.What, problem.Remedy);
    }

    private static void Few(int count, string what)
    {
        if (count > PolicyLimits.WindowEntries) throw Refused.Invalid($"{what} is named {count} times", $"name at most {PolicyLimits.WindowEntries}");
    }

    private static ImmutableArray<string> Once(ImmutableArray<string> texts) => [.. texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
