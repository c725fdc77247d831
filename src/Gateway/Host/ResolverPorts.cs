using System.Globalization;
using Exeat.Names;

namespace Exeat.Gateway.Host;

/// <summary>
/// The local port of each intercepted address, kept in the state folder: the kernel sends questions of one socket to the port it chose with the first of them, so the next gateway reads the same
/// ports. A line each, an address and a port. What cannot be read is left out: then there is another port.
/// </summary>
internal sealed class ResolverPorts(string stateDir)
{
    private const string Head = "exeat-resolver-ports 1";

    // Above what needs a privilege.
    private const ushort Least = 1024;

    private readonly string _path = Path.Combine(stateDir, "resolver-ports");

    public IReadOnlyDictionary<Address, ushort> Read()
    {
        var ports = new Dictionary<Address, ushort>();
        if (!File.Exists(_path)) return ports;
        string[] lines = File.ReadAllLines(_path);
        if (lines is not [Head, ..]) return ports;
        foreach (string line in lines[1..])
        {
            if (line.Split(' ') is [string address, string port] && Address.TryParse(address, out Address intercept)
                && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number >= Least) ports[intercept] = number;
        }
        return ports;
    }

    /// <exception cref="IOException">The state folder cannot be written.</exception>
    public void Write(IReadOnlyList<(Address Intercept, ushort Port)> listeners)
    {
        string fresh = _path + ".new";
        File.WriteAllLines(fresh, [Head, .. listeners.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Intercept} {l.Port}"))]);
        File.Move(fresh, _path, overwrite: true);
    }
}
