using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Honest;

/// <summary>A server for everyday clients at some places of the world: HTTP/1.1, HTTP/2, WebSocket, a package registry, Git's smart protocol, a model. It writes down what it was asked.</summary>
internal sealed class HonestWorld : IAsyncDisposable
{
    // The world's own servers hold the well-known ports of all addresses; those of these places are handed to ours.
    private const int TlsPort = 9443, PlainPort = 9080;

    private readonly LabProcess _process;
    private readonly string _log;

    private HonestWorld(LabProcess process, string log, string spki, string authority) => (_process, _log, Spki, Authority) = (process, log, spki, authority);

    /// <summary>The hash of its public key, by which Chromium is told to trust it.</summary>
    public string Spki { get; }

    /// <summary>The file of the authority that its clients have to trust.</summary>
    public string Authority { get; }

    /// <summary>Makes its files and starts it inside the world.</summary>
    public static async Task<HonestWorld> StartAsync(LabNetwork network, LabState state, params Place[] places)
    {
        string folder = Directory.CreateDirectory(Path.Combine(state.Folder, "honest")).FullName, log = Path.Combine(folder, "asked.log");
        string certificateFile = Path.Combine(folder, "certificate.pem"), keyFile = Path.Combine(folder, "key.pem"), authorityFile = Path.Combine(folder, "authority.pem");
        using var authority = new LabAuthority(TimeProvider.System);
        using X509Certificate2 certificate = authority.Certify(places[0] with { Names = [.. places.SelectMany(place => place.Names)] });
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem() + "\n");
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        await File.WriteAllTextAsync(authorityFile, authority.Pem + "\n");
        await File.WriteAllTextAsync(log, "");
        await Subprocess.DemandAsync(["sh", "-eu", HonestClient.Script("world.sh"), folder, Path.GetDirectoryName(HonestClient.Script("world.sh"))!]);
        await Subprocess.DemandAsync(network.Inside(LabPlan.World, "nft", "-f", "-"), $$"""
            table inet honest {
              chain arriving {
                type nat hook prerouting priority dstnat;
            {{string.Concat(places.Select(HandOver))}}
              }
            }
            """);
        LabProcess process = await LabProcess.StartAsync(
            network.Inside(LabPlan.World, "node", HonestClient.Script("world.mjs"), certificateFile, keyFile, folder, log), Path.Combine(folder, "world.log"), LabPatience.Seconds(15));
        return new HonestWorld(process, log, Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())), authorityFile);
    }

    /// <summary>What an address asked it, without the first ones; in the order of the text, since what a client does at once has no other.</summary>
    public async Task<IReadOnlyList<string>> AskedAsync(string from, int skip)
    {
        List<string> asked = [];
        foreach (string line in await File.ReadAllLinesAsync(_log))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("from").GetString() == from) asked.Add(line);
        }
        return [.. asked.Skip(skip).Order(StringComparer.Ordinal)];
    }

    private static string HandOver(Place place) => $"""
            ip daddr {place.Address4} tcp dport 443 dnat ip to {place.Address4}:{TlsPort}
            ip daddr {place.Address4} tcp dport 80 dnat ip to {place.Address4}:{PlainPort}
            ip6 daddr {place.Address6} tcp dport 443 dnat ip6 to [{place.Address6}]:{TlsPort}
            ip6 daddr {place.Address6} tcp dport 80 dnat ip6 to [{place.Address6}]:{PlainPort}

        """;

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
