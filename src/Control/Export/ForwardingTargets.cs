using System.Text.Json;
using System.Text.RegularExpressions;
using Exeat.Api.Control;
using Exeat.Control.Alerts;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Export;

/// <summary>The targets, as administrators wrote them, and how far each is. A secret is in no answer, no log and no audit row.</summary>
internal sealed partial class ForwardingTargets(Database database, AuditLog audit, TimeProvider time)
{
    /// <summary>Each reads the whole store by itself.</summary>
    public const int MaxTargets = 10;

    private const int MaxText = 2048, MaxCa = 64 << 10;
    private const string Columns = "settings, enabled, secret IS NOT NULL, sent, failed, last_sent, failing_since, last_error";

    public IReadOnlyList<ForwardingTarget> List()
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {Columns} FROM forwarding_targets ORDER BY name", Read);
    }

    public ForwardingTarget Get(string name) => Find(name) ?? throw Refused.NotFound($"forwarding target {name}", "exeat flows forward list shows them");

    public ForwardingTarget? Find(string name)
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {Columns} FROM forwarding_targets WHERE name = $name", Read, ("$name", name)).FirstOrDefault();
    }

    /// <summary>For senders only: the secret, and how far the target is.</summary>
    public (string? Secret, string? Position) Kept(string name)
    {
        using SqliteConnection connection = database.Open();
        return connection.List("SELECT secret, position FROM forwarding_targets WHERE name = $name", row => (row.GetTextOrNull(0), row.GetTextOrNull(1)), ("$name", name)).FirstOrDefault();
    }

    /// <summary>Makes it, or changes it as a whole; its place in the records stays.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="target">What.</param>
    /// <param name="end">Where a new one begins when it begins now.</param>
    public ForwardingTarget Put(Actor actor, ForwardingTarget target, string? end)
    {
        Check(target);
        database.Change(transaction =>
        {
            Sessions.Require(transaction, actor, Roles.Admin, time.GetUtcNow());
            string? old = transaction.Scalar<string>("SELECT settings FROM forwarding_targets WHERE name = $name", ("$name", target.Name));
            if (old is null && transaction.Scalar<long>("SELECT COUNT(*) FROM forwarding_targets") >= MaxTargets) throw Refused.Conflict($"there are {MaxTargets} targets", "delete one that nobody needs");
            ForwardingTarget? before = old is null ? null : JsonSerializer.Deserialize(old, AlertsJson.Default.ForwardingTarget);
            string? secret = target.Secret ?? transaction.Scalar<string>("SELECT secret FROM forwarding_targets WHERE name = $name", ("$name", target.Name));
            if (target.Secret is null && secret is not null && before is not null && (before.Kind != target.Kind || before.Url != target.Url || before.Header != target.Header || before.Ca != target.Ca))
                throw Refused.Invalid("the target is another one, and the secret is left out", "send the secret with it");
            string settings = JsonSerializer.Serialize(Plain(target), AlertsJson.Default.ForwardingTarget);
            transaction.Run("INSERT INTO forwarding_targets (name, kind, settings, secret, enabled, position) VALUES ($name, $kind, $settings, $secret, $enabled, $position) ON CONFLICT (name) DO UPDATE SET kind = $kind, settings = $settings, secret = $secret, enabled = $enabled, failing_since = NULL, last_error = NULL",
                ("$name", target.Name), ("$kind", target.Kind), ("$settings", settings), ("$secret", secret), ("$enabled", target.Enabled), ("$position", target.From == "beginning" ? null : end));
            audit.Write(transaction, actor, "forwarding.put", target.Name, ("settings", settings), ("secretChanged", target.Secret is null ? "false" : "true"));
        });
        return Get(target.Name);
    }

    public void Delete(Actor actor, string name) => database.Change(transaction =>
    {
        if (transaction.Run("DELETE FROM forwarding_targets WHERE name = $name", ("$name", name)) == 0) throw Refused.NotFound($"forwarding target {name}", "exeat flows forward list shows them");
        audit.Write(transaction, actor, "forwarding.delete", name);
    });

    /// <summary>The target has these.</summary>
    public void Arrived(string name, string position, long sent, long failed, DateTimeOffset? last) => database.Change(transaction => transaction.Run(
        "UPDATE forwarding_targets SET position = $position, sent = sent + $sent, failed = failed + $failed, last_sent = COALESCE($last, last_sent), failing_since = NULL, last_error = NULL WHERE name = $name",
        ("$position", position), ("$sent", sent), ("$failed", failed), ("$last", last), ("$name", name)));

    /// <summary>Nothing got through.</summary>
    public void Failed(string name, string why) => database.Change(transaction => transaction.Run(
        "UPDATE forwarding_targets SET last_error = $why, failing_since = COALESCE(failing_since, $now) WHERE name = $name", ("$why", why), ("$now", time.GetUtcNow()), ("$name", name)));

    private static ForwardingTarget Read(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), AlertsJson.Default.ForwardingTarget)! with
    {
        Enabled = row.GetBoolean(1),
        HasSecret = row.GetBoolean(2),
        Sent = row.GetInt64(3),
        Failed = row.GetInt64(4),
        LastSent = row.GetTimeOrNull(5),
        FailingSince = row.GetTimeOrNull(6),
        LastError = row.GetTextOrNull(7),
    };

    private static ForwardingTarget Plain(ForwardingTarget target) => target with { Secret = null, HasSecret = null, From = null, Sent = null, Failed = null, LastSent = null, LagSeconds = null, FailingSince = null, LastError = null };

    private static void Check(ForwardingTarget target)
    {
        if (!Name().IsMatch(target.Name)) throw Refused.Invalid("the name of a target is 1 to 64 of a-z, 0-9, - and _", "write another name");
        foreach (string? text in (ReadOnlySpan<string?>)[target.Url, target.Host, target.Header, target.Secret])
            if (text is { Length: > MaxText } || text?.Any(char.IsControl) == true) throw Refused.Invalid("a value is too long, or holds control characters", $"write at most {MaxText} characters");
        if (target.Ca is { Length: > MaxCa }) throw Refused.Invalid("ca is too long", "send the root's certificate only");
        if (target.From is not (null or "now" or "beginning")) throw Refused.Invalid($"from is '{target.From}'", "write now or beginning");
        try
        {
            TrustedRoots.Of(target.Ca);
        }
        catch (OutboundException broken)
        {
            throw Refused.Invalid(broken.Message, "send certificates as PEM");
        }
        switch (target.Kind)
        {
            case "otlp":
                AlertChannels.CheckUrl(target.Url, target.Private);
                if (target.Secret is not null && !HeaderName().IsMatch(target.Header ?? "")) throw Refused.Invalid("a secret needs header, the name of the header it goes in", "write for instance Authorization");
                break;
            case "syslog" or "syslog-tls":
                if (string.IsNullOrEmpty(target.Host) || target.Port is not (>= 1 and <= 65535)) throw Refused.Invalid("syslog needs host, and a port from 1 to 65535", "write both; 601 is common for syslog, 6514 for syslog-tls");
                if (target.Kind == "syslog" && !target.Private) throw Refused.Invalid("syslog without TLS sends every record in the clear", "write syslog-tls, or private: true when it stays in a network of yours");
                break;
            default:
                throw Refused.Invalid($"kind is '{target.Kind}'", "write syslog, syslog-tls or otlp");
        }
    }

    [GeneratedRegex("^[a-z0-9_-]{1,64}$")]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9-]{1,64}$")]
    private static partial Regex HeaderName();
}
