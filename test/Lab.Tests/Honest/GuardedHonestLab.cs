using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Honest;

/// <summary>The gateway in enforce, which permits two agents the names of the honest clients' server and nothing else of it.</summary>
internal sealed class GuardedHonestLab() : GatewayLab(new PolicyText("enforce") { ExtraNames = Names, ExtraRules = Rules })
{
    private const string Names = """
          tools: {names: ["*.tools.example", missing.example]}

        """;

    private const string Rules = $$"""
        - {name: {{HonestLabs.Rule}}, priority: 61, from: [coding, research], to: {names: [tools]}, protocol: tcp, ports: [80, 443], action: permit}

        """;

    private HonestWorld? _tools;

    public HonestWorld Tools => _tools ?? throw new InvalidOperationException("the server was not started");

    protected override async Task FillMiddleAsync()
    {
        await base.FillMiddleAsync();
        _tools = await HonestWorld.StartAsync(Network, State, WorldMap.Tools);
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_tools is not null) await _tools.DisposeAsync();
        await base.EmptyMiddleAsync();
    }
}
