using System.Globalization;
using Exeat.Api.Control;
using Exeat.Lab;
using Exeat.Lab.Topology;

namespace Exeat.Cli;

/// <summary>
/// A control beside a lab, outside its namespaces, fed with the lab's records by a link: both reach the lab's gateway by files and its socket alone, as they do on a real machine. It ends with the lab.
/// </summary>
internal sealed class LabFeed : IAsyncDisposable
{
    // The lab's gateway as its document names it.
    private const string Gateway = "lab";
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60), ShipsWithin = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-lab-control-").FullName;
    private LocalControl? _control;
    private LocalProgram? _link;

    /// <summary>Starts control, and the link as soon as the lab's gateway has its documents and answers.</summary>
    public async Task StartAsync(LabState state, CancellationToken stop)
    {
        _control = await LocalControl.StartAsync(_folder, 0, 0, stop);
        string config = Path.Combine(state.Documents, LabFiles.GatewayName), socket = Path.Combine(state.Folder, "gateway.sock");
        long began = TimeProvider.System.GetTimestamp();
        while (!File.Exists(config) || !File.Exists(socket))
        {
            if (TimeProvider.System.GetElapsedTime(began) > StartsWithin) throw new CommandFailure(ExitCode.EnvironmentLacks, "the lab's gateway did not come up, so control has nothing to be fed with");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, stop);
        }
        _link = await _control.LinkAsync(Gateway, config, Path.Combine(_folder, "link"), stop);
    }

    /// <summary>Waits until all records are there, and says what control has.</summary>
    public async Task<string> FinishAsync(CancellationToken stop)
    {
        if (_control is null || _link is null) return "control was not fed";
        GatewaySummary seen = await _control.UntilAsync(Gateway, one => one is { Shipped: > 0, LagBytes: 0 }, ShipsWithin, stop);
        return string.Create(CultureInfo.InvariantCulture, $"control has {seen.Shipped} records of the lab's gateway, {seen.LagBytes} bytes are missing; it was {seen.State}, declared {seen.DeclaredMode}, effective {seen.EffectiveMode}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_link is not null) await _link.DisposeAsync();
        if (_control is not null) await _control.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
