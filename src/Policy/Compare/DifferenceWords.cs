using System.Globalization;

namespace Exeat.Policy;

/// <summary>A difference in words, the same for every reader: terminal, API, approvals.</summary>
public static class DifferenceWords
{
    /// <summary>What is attempted: <c>tcp/443</c>, <c>dns</c>, or <c>answer</c> for what the resolver releases.</summary>
    public static string AttemptText(this PolicyDifference difference, DifferenceExample example)
    {
        Probe probe = example.Probe;
        if (difference.IsAnswer) return "answer";
        if (probe.Stage == Stage.Dns) return "dns";
        string protocol = probe.Protocol switch { 1 => "icmp", 6 => "tcp", 17 => "udp", 58 => "icmpv6", byte number => number.ToString(CultureInfo.InvariantCulture) };
        return probe.Port > 0 ? string.Create(CultureInfo.InvariantCulture, $"{protocol}/{probe.Port}") : protocol;
    }

    /// <summary>What is unusual about it; empty for what honest clients do.</summary>
    public static string HowText(this PolicyDifference difference, DifferenceExample example)
    {
        Probe probe = example.Probe;
        string from = difference.From is { } moment ? string.Create(CultureInfo.InvariantCulture, $"from {moment.UtcDateTime:yyyy-MM-dd HH:mm} on") : "";
        string how = difference.IsAnswer ? "released by the resolver" : !example.IsAnswered ? "at an address that the resolver does not release" : probe.IsPlain ? "" : probe.Claim switch
        {
            Claim.Name when probe.Bound.Contains(probe.Claimed!) => $"the address is also that of {probe.Bound[^1]}",
            Claim.Name when probe.Bound.Length > 0 => $"named, while the address is that of {probe.Bound[0]}",
            Claim.Name => "named, but not resolved to this address",
            Claim.Unreadable => "a hello that cannot be read with certainty",
            _ when probe.Bound.Length > 0 => "resolved, but the first bytes name nobody",
            _ => "",
        };
        return from.Length > 0 && how.Length > 0 ? $"{from}, {how}" : from + how;
    }
}
