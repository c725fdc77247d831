using Exeat.Lab.Tests.Honest;
using Exeat.Lab.Tests.Running;

namespace Exeat.Lab.Tests.Runtimes;

/// <summary>The gateway over the folder that <c>exeat init --class coding --runtime openclaw --model nvidia</c> wrote, in enforce.</summary>
internal sealed class GuardedRuntimeLab : WrittenFolderLab
{
    private HonestWorld? _servers;

    public HonestWorld Servers => _servers ?? throw new InvalidOperationException("the servers were not started");

    protected override async Task FillMiddleAsync()
    {
        await base.FillMiddleAsync();
        await ReloadAsync(() => Enforce(Path.Combine(State.Documents, "policy")));
        _servers = await RuntimeWorld.StartAsync(Network, State);
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_servers is not null) await _servers.DisposeAsync();
        await base.EmptyMiddleAsync();
    }
}
