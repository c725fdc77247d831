using System.Net;
using System.Net.Sockets;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Control;

/// <summary>One control and two gateways, each with its agents and world; enrolled, and reading what control sends.</summary>
public sealed class ControlLab : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-control-lab-").FullName;
    private ControlDesk? _desk;

    internal ControlDesk Desk => _desk ?? throw new InvalidOperationException("control was not started");

    internal LinkedLab First { get; } = new("gw-1");

    internal LinkedLab Second { get; } = new("gw-2");

    internal string Folder => _folder;

    public async ValueTask InitializeAsync()
    {
        if (!TestSpaces.Fresh) return;
        await TestSpaces.EnsureAsync();
        await Subprocess.DemandAsync(["ip", "link", "set", "lo", "up"]);
        _desk = new ControlDesk(_folder, FreePort(), FreePort());
        await Task.WhenAll(Desk.StartAsync(), First.InitializeAsync().AsTask(), Second.InitializeAsync().AsTask());
        await Desk.LoginAsync();
        await Task.WhenAll(Desk.EnrolAsync(First), Desk.EnrolAsync(Second));
        foreach (string id in (string[])["gw-1", "gw-2"])
            await Desk.UntilAsync(id, gateway => (string?)gateway["state"] == "up" && (bool)gateway["applied"]!, $"{id} did not come up");
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        if (_desk is not null) await _desk.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
