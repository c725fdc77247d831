using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Does what time brings: windows end, changes that nobody approved expire. Gateways end windows by themselves; this says so and gives them the version without.</summary>
internal sealed partial class PolicyTimes(Database database, DesiredPolicies desired, AuditLog audit, TimeProvider time, ILogger<PolicyTimes> log) : BackgroundService
{
    // What was opened meanwhile is seen after so long at the latest; windows last minutes.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Ends and expires what is over now.</summary>
    public void Look()
    {
        DateTimeOffset now = time.GetUtcNow();
        using (SqliteConnection connection = database.Open())
        {
            if (!(PolicyWindows.NextEnd(connection) <= now) && !(Approvals.NextEnd(connection) <= now)) return;
        }
        int ended = database.Change(transaction =>
        {
            IReadOnlyList<PolicyWindow> over = PolicyWindows.Close(transaction, now);
            foreach (PolicyWindow window in over) audit.Write(transaction, Actor.Control, $"{window.Kind}.over", window.Id, ("ends", Sql.Text(window.Ends)));
            foreach (ApprovalEntry entry in Approvals.Over(transaction, now))
            {
                Approvals.Decide(transaction, entry.Id, Approvals.Expired, Actor.Control.Name, "its time was over", now);
                audit.Write(transaction, Actor.Control, "approval.expire", entry.Id, ("kind", entry.Change.Kind), ("requestedBy", entry.RequestedBy));
            }
            return over.Count;
        });
        if (ended > 0) desired.Raise();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Longest, time);
        do
        {
            try
            {
                Look();
            }
            catch (Exception failed)
            {
                // A full disk, a busy writer, a row that cannot be read: looked at again in a moment, since what ended this would end control. Gateways end windows by themselves meanwhile.
                Failed(failed);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventId = 4201, Level = LogLevel.Error, Message = "ends of windows and approvals could not be written; trying again")]
    private partial void Failed(Exception why);
}
