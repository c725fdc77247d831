using System.Text.Json;
using System.Text.RegularExpressions;
using Exeat.Api.Control;
using Exeat.Control.Export;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;
using MimeKit;

namespace Exeat.Control.Alerts;

/// <summary>The channels, as administrators wrote them. Secrets are kept beside and are in no answer, no log and no audit row.</summary>
internal sealed partial class AlertChannels(Database database, AuditLog audit)
{
    /// <summary>More are no list that a person keeps an eye on.</summary>
    public const int MaxChannels = 50;

    private const int MaxText = 2048, MaxCa = 64 << 10, MaxReceivers = 20;
    private const string Columns = "settings, enabled, secret IS NOT NULL, sent, failed, suppressed, last_sent, last_error, (SELECT COUNT(*) FROM alert_deliveries WHERE channel = name)";

    public IReadOnlyList<AlertChannel> List()
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {Columns} FROM alert_channels ORDER BY name", Read);
    }

    public AlertChannel Get(string name) => Find(name) ?? throw Refused.NotFound($"channel {name}", "exeat alerts channels lists them");

    public AlertChannel? Find(string name)
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {Columns} FROM alert_channels WHERE name = $name", Read, ("$name", name)).FirstOrDefault();
    }

    /// <summary>For senders only.</summary>
    public string? Secret(string name)
    {
        using SqliteConnection connection = database.Open();
        return connection.Scalar<string>("SELECT secret FROM alert_channels WHERE name = $name", ("$name", name));
    }

    /// <summary>Makes it, or changes it as a whole; a secret that is left out stays, unless the destination is another one.</summary>
    public AlertChannel Put(Actor actor, AlertChannel channel)
    {
        Check(channel);
        database.Change(transaction =>
        {
            string? old = transaction.Scalar<string>("SELECT settings FROM alert_channels WHERE name = $name", ("$name", channel.Name));
            if (old is null && transaction.Scalar<long>("SELECT COUNT(*) FROM alert_channels") >= MaxChannels) throw Refused.Conflict($"there are {MaxChannels} channels", "delete one that nobody needs");
            AlertChannel? before = old is null ? null : JsonSerializer.Deserialize(old, AlertsJson.Default.AlertChannel);
            string? secret = channel.Secret ?? transaction.Scalar<string>("SELECT secret FROM alert_channels WHERE name = $name", ("$name", channel.Name));
            // Else whoever may name a destination could have a secret that is kept here sent to themselves.
            if (channel.Secret is null && secret is not null && before is not null && !IsSameDestination(before, channel))
                throw Refused.Invalid("the destination is another one, and the secret is left out", "send the secret with it");
            if (secret is null && channel.Kind == "webhook") throw Refused.Invalid("a webhook needs a secret: receivers know control by the signature", "send one, 32 random characters or more");
            if (secret is null && channel.Kind == "slack" && channel.Url is null) throw Refused.Invalid("a slack channel needs its address", "send it as secret");
            string settings = JsonSerializer.Serialize(Plain(channel), AlertsJson.Default.AlertChannel);
            transaction.Run("INSERT INTO alert_channels (name, kind, settings, secret, enabled) VALUES ($name, $kind, $settings, $secret, $enabled) ON CONFLICT (name) DO UPDATE SET kind = $kind, settings = $settings, secret = $secret, enabled = $enabled",
                ("$name", channel.Name), ("$kind", channel.Kind), ("$settings", settings), ("$secret", secret), ("$enabled", channel.Enabled));
            audit.Write(transaction, actor, "alert-channel.put", channel.Name, ("settings", settings), ("secretChanged", channel.Secret is null ? "false" : "true"));
        });
        return Get(channel.Name);
    }

    public void Delete(Actor actor, string name) => database.Change(transaction =>
    {
        if (transaction.Run("DELETE FROM alert_channels WHERE name = $name", ("$name", name)) == 0) throw Refused.NotFound($"channel {name}", "exeat alerts channels lists them");
        audit.Write(transaction, actor, "alert-channel.delete", name);
    });

    /// <summary>All of them, within a transaction.</summary>
    public static IReadOnlyList<AlertChannel> All(SqliteTransaction transaction) => transaction.List($"SELECT {Columns} FROM alert_channels", Read);

    /// <summary>Whether alerts of this event go there.</summary>
    public static bool Wants(AlertChannel channel, AlertEvent what) => channel.Enabled && (channel.Events is not { Count: > 0 } chosen || chosen.Contains(what.Word))
        && AlertEvent.Severities.IndexOf(what.Severity) >= AlertEvent.Severities.IndexOf(channel.MinSeverity);

    private static bool IsSameDestination(AlertChannel before, AlertChannel now) => before.Kind == now.Kind && before.Url == now.Url && before.Host == now.Host && before.Port == now.Port && before.Tls == now.Tls && before.User == now.User && before.Ca == now.Ca;

    private static AlertChannel Read(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), AlertsJson.Default.AlertChannel)! with
    {
        Enabled = row.GetBoolean(1),
        HasSecret = row.GetBoolean(2),
        Sent = row.GetInt64(3),
        Failed = row.GetInt64(4),
        Suppressed = row.GetInt64(5),
        LastSent = row.GetTimeOrNull(6),
        LastError = row.GetTextOrNull(7),
        Waiting = row.GetInt64(8),
    };

    // What is kept as settings: nothing secret, nothing that only answers say.
    private static AlertChannel Plain(AlertChannel channel) => channel with { Secret = null, HasSecret = null, Sent = null, Failed = null, Suppressed = null, Waiting = null, LastSent = null, LastError = null };

    private static void Check(AlertChannel channel)
    {
        if (!Name().IsMatch(channel.Name)) throw Refused.Invalid("the name of a channel is 1 to 64 of a-z, 0-9, - and _", "write another name");
        foreach (string? text in (ReadOnlySpan<string?>)[channel.Url, channel.Host, channel.User, channel.From, channel.Secret])
            if (text is { Length: > MaxText } || text?.Any(char.IsControl) == true) throw Refused.Invalid("a value is too long, or holds control characters", $"write at most {MaxText} characters");
        if (channel.Ca is { Length: > MaxCa }) throw Refused.Invalid("ca is too long", "send the root's certificate only");
        if (channel.Events?.FirstOrDefault(word => AlertEvent.Of(word) is null) is { } unknown) throw Refused.Invalid($"there is no event '{unknown}'", $"write some of {string.Join(", ", AlertEvent.All.Select(known => known.Word))}");
        if (!AlertEvent.Severities.Contains(channel.MinSeverity)) throw Refused.Invalid($"minSeverity is '{channel.MinSeverity}'", $"write {string.Join(", ", AlertEvent.Severities)}");
        if (channel.PerMinute is < 1 or > 1000) throw Refused.Invalid($"perMinute is {channel.PerMinute}", "write 1 to 1000");
        try
        {
            TrustedRoots.Of(channel.Ca);
        }
        catch (OutboundException broken)
        {
            throw Refused.Invalid(broken.Message, "send certificates as PEM");
        }
        switch (channel.Kind)
        {
            case "webhook":
                CheckUrl(channel.Url, channel.Private);
                break;
            case "slack":
                CheckUrl(channel.Url ?? channel.Secret, channel.Private, mayBeAbsent: true);
                break;
            case "smtp":
                CheckMail(channel);
                break;
            default:
                throw Refused.Invalid($"kind is '{channel.Kind}'", "write webhook, slack or smtp");
        }
    }

    /// <summary>Whether it is an address that may be posted to; plain http only where private destinations are meant.</summary>
    public static void CheckUrl(string? url, bool mayBePrivate, bool mayBeAbsent = false)
    {
        if (url is null && mayBeAbsent) return;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("https" or "http") || address.Host.Length == 0) throw Refused.Invalid("url is no address of the web", "write https://HOST/PATH");
        if (address.UserInfo.Length > 0) throw Refused.Invalid("url has a user or password in it", "send the secret as secret");
        if (address.Scheme == "http" && !mayBePrivate) throw Refused.Invalid("url is plain http", "write https, or private: true when it stays in a network of yours");
    }

    private static void CheckMail(AlertChannel channel)
    {
        if (string.IsNullOrEmpty(channel.Host) || channel.Port is < 1 or > 65535) throw Refused.Invalid("an smtp channel needs host, and a port from 1 to 65535", "write both");
        if (channel.Tls is not (null or "starttls" or "tls" or "none")) throw Refused.Invalid($"tls is '{channel.Tls}'", "write starttls, tls or none");
        if (channel.Tls == "none" && (channel.User is not null || !channel.Private)) throw Refused.Invalid("tls: none sends everything in the clear", "write starttls or tls; none is taken with private: true and without user only");
        if (!MailboxAddress.TryParse(channel.From, out _)) throw Refused.Invalid("from is no mail address", "write NAME@HOST");
        if (channel.To is not { Count: > 0 and <= MaxReceivers } to || to.Any(one => one.Length > 320 || !MailboxAddress.TryParse(one, out _))) throw Refused.Invalid($"to needs 1 to {MaxReceivers} mail addresses", "write NAME@HOST");
    }

    [GeneratedRegex("^[a-z0-9_-]{1,64}$")]
    private static partial Regex Name();
}
