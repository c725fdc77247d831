using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>What each gateway should run: the assignment that holds for it, with the windows that touch its agents.</summary>
internal sealed class DesiredPolicies(Database database, IFleet fleet, PolicyComposer composer, TimeProvider time)
{
    /// <summary>Raised after every change by which a gateway may have to run something else: assignments, windows, their ends, agents.</summary>
    public event Action? Changed;

    public void Raise() => Changed?.Invoke();

    /// <summary>What this gateway should run; null: nothing is assigned to it, or what is cannot be read back as it was published, so it keeps what it has.</summary>
    public DesiredPolicy? Of(string gatewayId)
    {
        using SqliteConnection connection = database.Open();
        FleetGateway gateway = fleet.Find(connection, gatewayId) ?? new FleetGateway(gatewayId, null, null, []);
        return Of(connection, gateway, out _);
    }

    /// <summary>What each gateway should run, and runs.</summary>
    public IReadOnlyList<(FleetGateway Gateway, DesiredPolicy? Desired, GatewayPolicyEntry Entry)> All()
    {
        using SqliteConnection connection = database.Open();
        IReadOnlyDictionary<AssignmentTarget, Assignment> current = Assignments.Current(connection);
        return [.. fleet.Read(connection).Select(gateway =>
        {
            DesiredPolicy? desired = Of(connection, gateway, out string? damage);
            return (gateway, desired, Entry(gateway, desired, Precedence.Of(gateway, current), damage));
        })];
    }

    private DesiredPolicy? Of(SqliteConnection connection, FleetGateway gateway, out string? damage)
    {
        damage = null;
        Resolution resolution = Precedence.Of(gateway, Assignments.Current(connection));
        Assignment? assignment = resolution.Assignment;
        // It goes on with what it was last to run: nothing becomes looser because agents of two classes meet on a gateway.
        if (resolution.Conflict is not null) assignment = Assignments.Kept(connection, gateway.Id);
        if (assignment?.Version is not { } version) return null;
        DateTimeOffset now = time.GetUtcNow();
        Composition made;
        try
        {
            made = composer.Compose(version, [.. PolicyWindows.Active(connection, now).Where(window => window.Touches(gateway))]);
        }
        catch (InvalidDataException damaged)
        {
            // Agents, and so a quarantine, still have to reach the gateway.
            damage = damaged.Message;
            return null;
        }
        Remember(connection, gateway, assignment, made, now);
        var leftOut = made.LeftOut.Select(one => $"the window {one.Window.Id} ({one.Window.Kind}) does not go with this version and is left out: {one.Problems.FirstOrDefault(problem => problem.Severity == Exeat.Policy.Severity.Error)?.What}");
        return new DesiredPolicy
        {
            Policy = assignment.Policy!,
            BaseVersion = version,
            Version = made.Version,
            By = assignment,
            Windows = made.Windows,
            Problems = [.. ((string?[])[resolution.Conflict]).OfType<string>(), .. leftOut],
            Files = made.Content.Own.Select(file => KeyValuePair.Create("policy/" + file.Key, file.Value)).Concat(made.Content.Files.Where(file => file.Key.StartsWith(PolicyContent.PacksPrefix, StringComparison.Ordinal)))
                .ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    private void Remember(SqliteConnection connection, FleetGateway gateway, Assignment assignment, Composition made, DateTimeOffset now)
    {
        bool isKnown = connection.Scalar<long>("SELECT count(*) FROM policy_desired WHERE gateway = $gateway AND assignment = $assignment", ("$gateway", gateway.Id), ("$assignment", assignment.Id)) == 1;
        bool isComposed = made.Windows.IsEmpty || connection.Scalar<long>("SELECT count(*) FROM policy_compositions WHERE version = $version", ("$version", made.Version)) == 1;
        if (isKnown && isComposed) return;
        database.Change(transaction =>
        {
            transaction.Run("INSERT INTO policy_desired VALUES ($gateway, $policy, $version, $assignment) ON CONFLICT (gateway) DO UPDATE SET policy = $policy, version = $version, assignment = $assignment",
                ("$gateway", gateway.Id), ("$policy", assignment.Policy), ("$version", assignment.Version), ("$assignment", assignment.Id));
            if (!made.Windows.IsEmpty)
                transaction.Run("INSERT INTO policy_compositions VALUES ($version, $base, $windows, $now) ON CONFLICT DO NOTHING",
                    ("$version", made.Version), ("$base", assignment.Version), ("$windows", string.Join(' ', made.Windows.Select(window => window.Id))), ("$now", now));
        });
    }

    private static GatewayPolicyEntry Entry(FleetGateway gateway, DesiredPolicy? desired, Resolution resolution, string? damage)
    {
        // Its own last reload may have failed for another document; what it runs counts.
        bool isApplied = desired is not null && gateway.Reported == desired.Version;
        return new GatewayPolicyEntry
        {
            Gateway = gateway.Id,
            State = resolution.Conflict is not null ? "conflict" : damage is not null ? "failed" : desired is null ? "unassigned" : isApplied ? "applied" : gateway.Problems.IsEmpty ? "assigned" : "failed",
            By = desired?.By.On,
            Policy = desired?.Policy,
            BaseVersion = desired?.BaseVersion,
            Version = desired?.Version,
            Reported = gateway.Reported,
            Windows = [.. (desired?.Windows ?? []).Select(window => window.Id)],
            BreakGlass = desired?.BreakGlass ?? false,
            Problems = [.. damage is null ? [] : (string[])[damage], .. desired?.Problems ?? (resolution.Conflict is { } conflict ? [conflict] : []), .. isApplied ? [] : gateway.Problems],
        };
    }
}
