using System.Globalization;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>
/// Failed logins for the audit log, counted: every ten minutes one entry for each account that somebody failed at, so that no flood fills the log (some 2,500 entries a day at worst).
/// A name that is no account's is never written: people type passwords into the wrong field.
/// </summary>
internal sealed class FailedLogins(Database database, AuditLog audit, TimeProvider time, ILogger<FailedLogins> log) : BackgroundService
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>What stands for names that are no accounts, and for accounts beyond <see cref="MaxAccounts"/>.</summary>
    public const string Unknown = "(no such account)", Others = "(other accounts)";

    // In one window; the rest is counted together.
    private const int MaxAccounts = 16, MaxSources = 8;

    private sealed class Tally
    {
        public long Failed, Refused;
        public readonly SortedSet<string> Sources = new(StringComparer.Ordinal);
        public bool MoreSources;
    }

    private readonly Lock _lock = new();
    private Dictionary<string, Tally> _tallies = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A password was wrong; or, refused, was not even looked at.</summary>
    public void Count(string user, string source, bool refused)
    {
        string? account;
        using (SqliteConnection connection = database.Open()) account = connection.Scalar<string>("SELECT name FROM users WHERE name = $name", ("$name", user));
        lock (_lock)
        {
            string key = account ?? Unknown;
            if (!_tallies.ContainsKey(key) && _tallies.Count >= MaxAccounts && account is not null) key = Others;
            if (!_tallies.TryGetValue(key, out Tally? tally)) _tallies[key] = tally = new Tally();
            if (refused) tally.Refused++;
            else tally.Failed++;
            if (tally.Sources.Count < MaxSources) tally.Sources.Add(source);
            else tally.MoreSources |= !tally.Sources.Contains(source);
        }
    }

    /// <summary>Writes what was counted.</summary>
    public void Write()
    {
        Dictionary<string, Tally> counted;
        lock (_lock) (counted, _tallies) = (_tallies, new Dictionary<string, Tally>(StringComparer.OrdinalIgnoreCase));
        if (counted.Count == 0) return;
        database.Change(change =>
        {
            foreach ((string account, Tally tally) in counted.OrderBy(one => one.Key, StringComparer.Ordinal))
                audit.Write(change, Actor.Control, "login.failed", account, ("failed", tally.Failed.ToString(CultureInfo.InvariantCulture)), ("refused", tally.Refused.ToString(CultureInfo.InvariantCulture)),
                    ("sources", string.Join(' ', tally.Sources) + (tally.MoreSources ? " and more" : "")));
        });
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        TryWrite();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Window, time);
        while (await NextAsync(timer, stoppingToken)) TryWrite();
    }

    private void TryWrite()
    {
        try
        {
            Write();
        }
        catch (Exception failed)
        {
            // A full disk, a busy writer: these counts are lost, and that is said. What ended this would end control.
            log.Warned($"failed logins of the last {Window.TotalMinutes:0} minutes could not be written to the audit log ({failed.Message})");
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
