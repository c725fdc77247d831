using Exeat.Gateway.Kernel;
using Exeat.Gateway.Reload;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Reload;

/// <summary>What of the gateway document changes live, and what is refused as a whole until a restart.</summary>
public sealed class GatewayChangeTests : IDisposable
{
    private readonly ReloadFolder _folder = new();

    [Fact]
    public void What_cannot_change_is_refused_by_name()
    {
        GatewayDocument old = _folder.Gateway();
        GatewayDocument changed = old with
        {
            Id = "other",
            State = "/elsewhere",
            MarkMask = 0xfffff000,
            Journal = old.Journal with { Dir = "/elsewhere" },
            Management = new GatewayManagement { Socket = "/run/x.sock" },
        };
        Assert.Equal(["id", "state", "journal.dir", "markMask", "management.socket"], GatewayChange.NeedsRestart("gateway.yaml", old, changed).Select(p => p.What.Split(' ')[0]));
        Assert.Empty(GatewayChange.NeedsRestart("gateway.yaml", old, old with { Inside = ["ag-1", "ag-2"], Limits = new GatewayLimits { HelloBytes = 600 }, Journal = old.Journal with { MaxBytes = 1 << 21 } }));
    }

    [Fact]
    public void The_resolver_is_made_anew_only_when_it_must_be()
    {
        GatewayDocument old = _folder.Gateway();
        Assert.False(GatewayChange.NeedsResolver(old, old with { Limits = new GatewayLimits { HelloBytes = 600 } }));
        Assert.True(GatewayChange.NeedsResolver(old, old with { Limits = new GatewayLimits { DnsQuestionsPerSecond = 7 } }));
        Assert.True(GatewayChange.NeedsResolver(old, old with { Dns = old.Dns with { Upstream = [] } }));
    }

    [Fact]
    public void A_document_that_cannot_be_used_leaves_the_one_in_force_and_its_paths()
    {
        _folder.Write("policy.yaml", ReloadFolder.Policy);
        _folder.Write("agents.yaml", ReloadFolder.Agents);
        GatewayDocument inForce = _folder.Gateway();
        string path = _folder.At("gateway.yaml"), before = DocumentPaths.Fingerprint([path]);
        foreach (string text in (string[])["nonsense: true", File.ReadAllText(path).Replace("id: g", "id: h", StringComparison.Ordinal).Replace("policy.yaml", "gone.yaml", StringComparison.Ordinal)])
        {
            File.WriteAllText(path, text);
            ReadAgain read = ReadAgain.From(path, inForce, before, TimeProvider.System);
            Assert.Same(inForce, read.Gateway);
            Assert.Contains(read.Problems, p => p.Severity == Severity.Error && p.File == path);
            Assert.True(read.Loaded.IsUsable);
        }
    }

    [Fact]
    public void Zones_stay_with_their_interfaces_over_restarts_and_are_not_inherited()
    {
        Directory.CreateDirectory(_folder.State);
        var zones = new ZoneNumbers(_folder.State);
        Assert.Equal((1, 2, 1), (zones.Of("ag-1"), zones.Of("ag-2"), zones.Of("ag-1")));
        var later = new ZoneNumbers(_folder.State);
        Assert.Equal((3, 2, 1), (later.Of("ag-3"), later.Of("ag-2"), later.Of("ag-1")));
        File.WriteAllText(Path.Combine(_folder.State, "zones"), "ag-2 7\nnonsense\nag-9 0\nag-8 70000\nag-7 7\n");
        var damaged = new ZoneNumbers(_folder.State);
        Assert.Equal((7, 1, 2), (damaged.Of("ag-2"), damaged.Of("ag-7"), damaged.Of("ag-9")));
    }

    public void Dispose() => _folder.Dispose();
}
