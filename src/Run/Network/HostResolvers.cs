using System.Collections.Immutable;
using System.Net;

namespace Exeat.Run.Network;

/// <summary>The resolvers of the person's machine, from <c>/etc/resolv.conf</c> (resolv.conf(5)) as it is now.</summary>
internal static class HostResolvers
{
    private const string File = "/etc/resolv.conf";

    // MAXNS of resolv.h.
    private const int Most = 3;

    /// <summary>Reads them; without any, the C library asks the machine itself, and so do we.</summary>
    public static ImmutableArray<IPAddress> Read()
    {
        try
        {
            return Parse(System.IO.File.ReadLines(File));
        }
        catch (IOException)
        {
            return Parse([]);
        }
    }

    internal static ImmutableArray<IPAddress> Parse(IEnumerable<string> lines)
    {
        var found = ImmutableArray.CreateBuilder<IPAddress>();
        foreach (string line in lines)
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && IPAddress.TryParse(address, out IPAddress? resolver) && found.Count < Most) found.Add(resolver);
        }
        return found.Count > 0 ? found.ToImmutable() : [IPAddress.Loopback];
    }
}
