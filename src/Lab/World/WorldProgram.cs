using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Exeat.Lab.Topology;

namespace Exeat.Lab.World;

/// <summary>The process that is the world: every server and the counters, inside the world's namespace.</summary>
public static class WorldProgram
{
    /// <summary>The authority's certificate, in the state folder.</summary>
    public const string AuthorityFile = "lab-ca.pem";

    /// <summary>The counters' socket, in the state folder.</summary>
    public const string SocketFile = "world.sock";

    /// <summary>The folder of bare Git repositories, in the state folder.</summary>
    public const string GitFolder = "git";

    private static readonly int[] WebPorts = [80, 443, 853, 8443], EchoPorts = [22, 25, 5432];

    /// <summary>Serves until stopped or until standard input ends (whoever started it is gone). Says <c>ready</c> on standard output once all listens.</summary>
    public static async Task RunAsync(string state, TimeProvider time, CancellationToken stop)
    {
        var counters = new ArrivalCounters(time);
        using var tap = new LinkTap(LabPlan.WorldLink, counters);
        using var authority = new LabAuthority(time);
        FrozenDictionary<string, X509Certificate2> certificates = Certificates(authority);
        await File.WriteAllTextAsync(Path.Combine(state, AuthorityFile), authority.Pem, stop);
        var pages = new WebPages(Path.Combine(state, GitFolder), counters, time);
        List<Task> servers = [new CounterSocket(Path.Combine(state, SocketFile), counters, tap, time).RunAsync(stop)];
        servers.AddRange(WebPorts.Select(port => new StreamServer(port, certificates, pages, counters).RunAsync(stop)));
        servers.AddRange(EchoPorts.Select(port => new EchoServer(port, counters).RunAsync(stop)));
        foreach (Place place in (Place[])[WorldMap.Resolver, WorldMap.Upstream, WorldMap.PublicResolver, WorldMap.Attacker])
        {
            servers.Add(new DnsServer(IPAddress.Parse(place.Address4), counters).RunAsync(stop));
            servers.Add(new DnsServer(IPAddress.Parse(place.Address6), counters).RunAsync(stop));
        }
        Console.WriteLine("ready");
        servers.Add(Console.In.ReadToEndAsync(stop));
        await await Task.WhenAny(servers);
    }

    private static FrozenDictionary<string, X509Certificate2> Certificates(LabAuthority authority)
    {
        var certificates = new Dictionary<string, X509Certificate2>();
        foreach (Place place in WorldMap.Places)
        {
            X509Certificate2 certificate = authority.Certify(place);
            certificates[place.Address4] = certificate;
            certificates[place.Address6] = certificate;
        }
        return certificates.ToFrozenDictionary();
    }
}
