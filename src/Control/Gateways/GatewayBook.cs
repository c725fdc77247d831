using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Gateways.Certificates;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Gateways;

/// <summary>The gateways: who they are, which certificate of each counts, and what they last reported.</summary>
internal sealed class GatewayBook(Database database, AuditLog audit, GatewayAuthority authority, GatewayEvents events, TimeProvider time)
{
    /// <summary>A link that lost the answer to its renewal still has the one before; it asks again within minutes.</summary>
    public static readonly TimeSpan PreviousCounts = TimeSpan.FromHours(24);

    /// <summary>A certificate that has ended may still be renewed for so long: a machine that was off for a holiday comes back without a person. It does nothing else.</summary>
    public static readonly TimeSpan RenewedAfterEnd = TimeSpan.FromDays(30);

    /// <summary>A token is for now: long enough to walk to another machine.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(60);

    /// <summary>What to do about a certificate that does not count.</summary>
    public const string EnrolAgain = "enrol it again: exeat gateways enrol ID here, exeat-link enrol there";

    private const int MaxGateways = 1000, MaxId = 64;

    /// <summary>Raised when there are others, or one of them may do less.</summary>
    public event Action<string>? Changed;

    public static bool IsId(string? id) => id is { Length: > 0 and <= MaxId } && char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    public IReadOnlyList<GatewayRow> All()
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {GatewayRow.Columns} FROM gateways ORDER BY id", GatewayRow.Read);
    }

    public GatewayRow? Find(string id)
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {GatewayRow.Columns} FROM gateways WHERE id = $id", GatewayRow.Read, ("$id", id)).FirstOrDefault();
    }

    public GatewayRow Demand(string id) => Find(id) ?? throw Unknown(id);

    /// <summary>Makes a one-time token for a gateway, new or known. A revoked one is not revoked any more once it has come with it.</summary>
    public (EnrolmentToken Token, DateTimeOffset Ends) MakeToken(Actor actor, string id)
    {
        if (!IsId(id)) throw Refused.Invalid("that is no gateway's id", "write the id of its gateway document: letters, digits, '.', '-' and '_'");
        var token = EnrolmentToken.Make(id, authority.Fingerprint);
        DateTimeOffset now = time.GetUtcNow(), ends = now + TokenLife;
        database.Change(change =>
        {
            Sessions.Require(change, actor, Roles.Operator, now);
            if (change.Scalar<long>("SELECT count(*) FROM gateways") >= MaxGateways && change.Scalar<long>("SELECT count(*) FROM gateways WHERE id = $id", ("$id", id)) == 0)
                throw Refused.Conflict($"there are {MaxGateways} gateways", "one control serves no more");
            change.Run("INSERT INTO gateways (id, created, created_by) VALUES ($id, $now, $by) ON CONFLICT DO NOTHING", ("$id", id), ("$now", now), ("$by", actor.Name));
            // One token at a time: the one before, unused, may be anywhere.
            change.Run("DELETE FROM enrolment_tokens WHERE gateway = $id", ("$id", id));
            change.Run("INSERT INTO enrolment_tokens (hash, gateway, created, created_by, ends) VALUES ($hash, $id, $now, $by, $ends)",
                ("$hash", EnrolmentToken.HashOf(token.Secret)), ("$id", id), ("$now", now), ("$by", actor.Name), ("$ends", ends));
            audit.Write(change, actor, "gateway.token", id, ("ends", Sql.Text(ends)));
        });
        return (token, ends);
    }

    /// <summary>Uses a token up and gives the gateway a certificate. <paramref name="also"/> runs in the same change.</summary>
    public X509Certificate2 Enrol(string id, string secret, string request, Action<SqliteTransaction>? also = null)
    {
        DateTimeOffset now = time.GetUtcNow();
        X509Certificate2 certificate = database.Change(change =>
        {
            int used = change.Run("UPDATE enrolment_tokens SET used = $now WHERE hash = $hash AND gateway = $id AND used IS NULL AND ends > $now",
                ("$now", now), ("$hash", EnrolmentToken.HashOf(secret)), ("$id", id));
            // One answer for all that is wrong: which of it, is not for whoever guesses.
            if (used != 1) throw new Refused(StatusCodes.Status403Forbidden, "token-refused", "the enrolment token is wrong, used up, past its time, or for another gateway", "make another one: exeat gateways enrol ID");
            X509Certificate2 issued = authority.Issue(id, request);
            change.Run("UPDATE gateways SET enrolled = $now, serial = $serial, issued = $issued, ends = $ends, previous_serial = NULL, previous_until = NULL, revoked = NULL, revoked_by = NULL, revoked_reason = NULL WHERE id = $id",
                ("$now", now), ("$serial", issued.SerialNumber), ("$issued", (DateTimeOffset)issued.NotBefore), ("$ends", (DateTimeOffset)issued.NotAfter), ("$id", id));
            audit.Write(change, new Actor($"gateway:{id}", Roles.None), "gateway.enrol", id, ("serial", issued.SerialNumber));
            also?.Invoke(change);
            return issued;
        });
        events.Raise(GatewayEventKind.Enrolled, id, $"enrolled; its certificate ends {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm}Z");
        Changed?.Invoke(id);
        return certificate;
    }

    /// <summary>The certificate after this one; the one before counts a while longer.</summary>
    /// <exception cref="Refused">The one that was shown does not count any more.</exception>
    public X509Certificate2 Renew(GatewayRow row, string shownSerial, string request)
    {
        DateTimeOffset now = time.GetUtcNow();
        return database.Change(change =>
        {
            X509Certificate2 issued = authority.Issue(row.Id, request);
            int renewed = change.Run("UPDATE gateways SET serial = $serial, issued = $issued, ends = $ends, previous_serial = $shown, previous_until = $until WHERE id = $id AND revoked IS NULL AND (serial = $shown OR (previous_serial = $shown AND previous_until > $now))",
                ("$serial", issued.SerialNumber), ("$issued", (DateTimeOffset)issued.NotBefore), ("$ends", (DateTimeOffset)issued.NotAfter), ("$shown", shownSerial), ("$until", now + PreviousCounts), ("$id", row.Id), ("$now", now));
            if (renewed != 1) throw Replaced(row.Id);
            audit.Write(change, new Actor($"gateway:{row.Id}", Roles.None), "gateway.renew", row.Id, ("serial", issued.SerialNumber), ("previous", shownSerial));
            return issued;
        });
    }

    /// <summary>Takes a gateway's certificates back: from its next request on it is nobody.</summary>
    public void Revoke(Actor actor, string id, string reason)
    {
        database.Change(change =>
        {
            // Nothing of the row is read: whatever is in it, it can be revoked.
            int revoked = change.Run("UPDATE gateways SET revoked = $now, revoked_by = $by, revoked_reason = $reason WHERE id = $id", ("$now", time.GetUtcNow()), ("$by", actor.Name), ("$reason", reason), ("$id", id));
            if (revoked == 0) throw Unknown(id);
            change.Run("DELETE FROM enrolment_tokens WHERE gateway = $id", ("$id", id));
            audit.Write(change, actor, "gateway.revoke", id, ("reason", reason));
        });
        events.Raise(GatewayEventKind.Revoked, id, $"revoked by {actor.Name}: {reason}");
        Changed?.Invoke(id);
    }

    /// <summary>A certificate that our authority signed after the one that counts here: this control was restored from a backup that did not know it yet. It counts from now on.</summary>
    /// <exception cref="Refused">A newer one counts by now.</exception>
    public void Adopt(GatewayRow row, X509Certificate2 shown) => database.Change(change =>
    {
        int adopted = change.Run("UPDATE gateways SET serial = $serial, issued = $issued, ends = $ends, previous_serial = NULL, previous_until = NULL, enrolled = coalesce(enrolled, $issued) WHERE id = $id AND revoked IS NULL AND (issued IS NULL OR issued < $issued)",
            ("$serial", shown.SerialNumber), ("$issued", (DateTimeOffset)shown.NotBefore), ("$ends", (DateTimeOffset)shown.NotAfter), ("$id", row.Id));
        if (adopted != 1)
        {
            // Another request of its link may have been first.
            if (change.Scalar<long>("SELECT count(*) FROM gateways WHERE id = $id AND revoked IS NULL AND serial = $serial", ("$id", row.Id), ("$serial", shown.SerialNumber)) == 1) return;
            throw Replaced(row.Id);
        }
        audit.Write(change, Actor.Control, "gateway.adopt", row.Id, ("serial", shown.SerialNumber), ("why", "it is newer than the one that this database knew"));
    });

    /// <summary>Who shows a certificate that was replaced.</summary>
    public static Refused Replaced(string id) => new(StatusCodes.Status403Forbidden, "certificate-replaced", $"the gateway {id} has a newer certificate than this one", $"somebody has a copy of its key, or two links run for it; if not, {EnrolAgain}");

    private static Refused Unknown(string id) => Refused.NotFound($"gateway {(IsId(id) ? id : "of that name")}", "exeat gateways list shows those that there are");

    /// <summary>Keeps what a gateway reported.</summary>
    public void Keep(string id, LinkReport report)
    {
        database.Change(change => change.Run(
            "UPDATE gateways SET last_seen = $now, policy_version_reported = $policy, agents_hash_reported = $agents, revision_reported = $revision, report = $report WHERE id = $id",
            ("$now", time.GetUtcNow()), ("$policy", report.Gateway?.Policy.Version), ("$agents", report.Gateway?.Policy.AgentsHash), ("$revision", report.Delivered),
            ("$report", JsonSerializer.Serialize(report, LinkJson.Default.LinkReport)), ("$id", id)));
    }

    /// <summary>Counts records that were not the sender's own.</summary>
    public void CountForeign(string id, long records)
    {
        database.Change(change => change.Run("UPDATE gateways SET foreign_records = foreign_records + $records WHERE id = $id", ("$records", records), ("$id", id)));
        events.Raise(GatewayEventKind.ForeignRecords, id, $"it sent {records} records that say they are another gateway's; they were not kept");
    }
}
