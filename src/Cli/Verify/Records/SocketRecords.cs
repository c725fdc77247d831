using Exeat.Api;
using Exeat.Flows;

namespace Exeat.Cli.Verify;

/// <summary>Reads refusals from the gateway's socket, which tells the last one: asked after each attempt. Permits it does not tell, so that nothing is ever missing by it.</summary>
internal sealed class SocketRecords(GatewayClient client, string agent, TimeProvider time) : IRecords
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500), Pause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<Probe, FlowEvent> _found = [];

    /// <summary>One after another: only the last refusal is told.</summary>
    public int Parallel => 1;

    public async Task NoticeAsync(Probe probe, Seen seen, CancellationToken stop)
    {
        if (seen.Look is Look.Answered or Look.Untried or Look.NoRoute) return;
        long start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < Patience)
        {
            GatewayStatus status = await client.StatusAsync(stop);
            if (status.LastDenial is { } last && AsEvent(last, probe, status) is { } read && RecordMatch.Fits(read, agent, probe, seen))
            {
                _found[probe] = read;
                return;
            }
            await Task.Delay(Pause, time, stop);
        }
    }

    public Task<IReadOnlyList<RecordLook>> FindAsync(IReadOnlyList<(Probe Probe, Seen Seen)> attempts, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<RecordLook>>([.. attempts.Select(a => _found.TryGetValue(a.Probe, out FlowEvent? found) ? new RecordLook(true, found) : RecordLook.None)]);

    private static FlowEvent AsEvent(DenialStatus last, Probe probe, GatewayStatus status) => new()
    {
        Raw = default,
        Id = "",
        Event = "decision",
        Time = last.Time,
        Agent = last.Agent,
        Destination = last.Destination,
        Protocol = FlowWords.ProtocolText(probe.Protocol),
        Port = last.Port,
        Rule = last.Rule,
        Reason = last.Reason,
        Verdict = "deny",
        Enforced = last.Enforced,
        Denial = last.Id,
        Policy = status.Policy.Version,
        AgentsHash = status.Policy.AgentsHash,
    };
}
