using System.Collections.Concurrent;
using Exeat.Api.Control;
using Exeat.Control.Gateways;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Agents;

/// <summary>The agents of every gateway, in versions, and who of them is quarantined. A quarantine lies beside the documents: it outlives their versions, restarts of both sides, and control being away.</summary>
internal sealed class AgentsBook(Database database, AuditLog audit, GatewayEvents events, TimeProvider time)
{
    // Of one gateway. The last is in force; the others are for looking back.
    private const int KeptVersions = 100;

    // Far more than a gateway serves (docs/limits.md).
    private const int MaxDocument = 1 << 20;

    // By the text's hash: a number may stand for another text, when the change that first had it was taken back.
    private readonly ConcurrentDictionary<string, (string Hash, AgentsDocument Document)> _read = new(StringComparer.Ordinal);

    /// <summary>Raised with the gateway whose agents changed.</summary>
    public event Action<string>? Changed;

    /// <summary>The newest version; null: control has none of this gateway.</summary>
    public static AgentsVersion? Newest(SqliteConnection connection, string gateway) => connection.List(
        "SELECT gateway, number, document, author, message, created FROM agents_versions WHERE gateway = $id ORDER BY number DESC LIMIT 1", Version, ("$id", gateway)).FirstOrDefault();

    /// <summary>Its number; 0: control has none.</summary>
    public static long NewestNumber(SqliteTransaction change, string gateway) => change.Scalar<long>("SELECT max(number) FROM agents_versions WHERE gateway = $id", ("$id", gateway));

    public AgentsVersion? Newest(string gateway)
    {
        using SqliteConnection connection = database.Open();
        return Newest(connection, gateway);
    }

    /// <summary>The document of a version, as it was checked when it came.</summary>
    public AgentsDocument Document(AgentsVersion version)
    {
        string hash = AgentsText.Hash(version.Document);
        if (_read.TryGetValue(version.Gateway, out (string Hash, AgentsDocument Document) kept) && kept.Hash == hash) return kept.Document;
        AgentsDocument read = AgentsText.Read(version.Document).Agents ?? throw new InvalidOperationException($"version {version.Number} of the agents of {version.Gateway} cannot be read any more");
        _read[version.Gateway] = (hash, read);
        return read;
    }

    /// <summary>What goes to the gateway; null: control has no document of it.</summary>
    public string? Desired(string gateway)
    {
        using SqliteConnection connection = database.Open();
        if (Newest(connection, gateway) is not { } newest) return null;
        HashSet<string> quarantined = [.. Quarantines(connection, gateway).Select(one => one.Agent)];
        return AgentsText.Write(Document(newest), quarantined.Contains);
    }

    public IReadOnlyList<Quarantine> Quarantines()
    {
        using SqliteConnection connection = database.Open();
        return connection.List("SELECT gateway, agent, since, by, reason FROM quarantines ORDER BY gateway, agent", Row);
    }

    /// <summary>Every agent of every gateway that is not revoked, with the gateway's newest document.</summary>
    public IReadOnlyList<(string Gateway, AgentDocument Agent)> All()
    {
        using SqliteConnection connection = database.Open();
        return [.. connection.List("SELECT gateway, number, document, author, message, created FROM agents_versions v WHERE number = (SELECT max(number) FROM agents_versions WHERE gateway = v.gateway) ORDER BY gateway", Version)
            .SelectMany(version => Document(version).Agents.Select(agent => (version.Gateway, agent)))];
    }

    /// <summary>Reads a document that somebody wrote.</summary>
    /// <exception cref="Refused">It has mistakes.</exception>
    public static AgentsDocument Check(string document)
    {
        if (document.Length > MaxDocument) throw Refused.Invalid($"the document has more than {MaxDocument >> 20} MiB", "a gateway has fewer agents");
        AgentsResult read = AgentsText.Read(document);
        if (read.Agents is null)
        {
            throw new Refused(StatusCodes.Status422UnprocessableEntity, "document-refused", "the agents document has mistakes", "mend them: exeat agents check FILE --attached")
            {
                Problems = [.. read.Problems.Select(problem => DocumentProblem.Of(problem))],
            };
        }
        return read.Agents;
    }

    /// <summary>Makes a document that was checked the gateway's next version, within a change; <see cref="Raise"/> afterwards.</summary>
    public void Set(SqliteTransaction change, Actor actor, string author, string gateway, string document, string message, string? approval)
    {
        AgentsVersion made = Add(change, author, gateway, document, message);
        audit.Write(change, actor, "agents.set", gateway, ("version", $"{made.Number}"), ("agents", $"{Document(made).Agents.Length}"), ("requestedBy", author), ("approval", approval), ("message", message));
    }

    /// <summary>Tells that a gateway has other agents now.</summary>
    public void Raise(string gateway) => Changed?.Invoke(gateway);

    /// <summary>At enrolment: the document that the gateway had, when control has none of it. One that cannot be read is passed over: the gateway keeps what it has.</summary>
    public void Begin(SqliteTransaction change, string gateway, string document)
    {
        if (document.Length > MaxDocument || change.Scalar<long>("SELECT count(*) FROM agents_versions WHERE gateway = $id", ("$id", gateway)) > 0 || AgentsText.Read(document).Agents is null) return;
        Add(change, $"gateway:{gateway}", gateway, document, "what the gateway had when it was enrolled");
    }

    /// <summary>Cuts an agent off. Doing it again changes nothing.</summary>
    public void Quarantine(Actor actor, string gateway, string agent, string reason)
    {
        bool isNew = database.Change(change =>
        {
            int rows = change.Run("INSERT INTO quarantines VALUES ($gateway, $agent, $now, $by, $reason) ON CONFLICT DO NOTHING", ("$gateway", gateway), ("$agent", agent), ("$now", time.GetUtcNow()), ("$by", actor.Name), ("$reason", reason));
            if (rows == 1) audit.Write(change, actor, "agent.quarantine", $"{gateway}/{agent}", ("reason", reason));
            return rows == 1;
        });
        if (!isNew) return;
        Changed?.Invoke(gateway);
        events.Raise(GatewayEventKind.Quarantined, gateway, $"{agent} quarantined by {actor.Name}: {reason}", agent);
    }

    /// <summary>Lets an agent go. False: it was not quarantined here.</summary>
    public bool Release(Actor actor, string gateway, string agent, string reason)
    {
        bool was = database.Change(change =>
        {
            int rows = change.Run("DELETE FROM quarantines WHERE gateway = $gateway AND agent = $agent", ("$gateway", gateway), ("$agent", agent));
            if (rows == 1) audit.Write(change, actor, "agent.release", $"{gateway}/{agent}", ("reason", reason));
            return rows == 1;
        });
        if (!was) return false;
        Changed?.Invoke(gateway);
        events.Raise(GatewayEventKind.Released, gateway, $"{agent} released by {actor.Name}: {reason}", agent);
        return true;
    }

    private static IReadOnlyList<Quarantine> Quarantines(SqliteConnection connection, string gateway) =>
        connection.List("SELECT gateway, agent, since, by, reason FROM quarantines WHERE gateway = $id", Row, ("$id", gateway));

    private AgentsVersion Add(SqliteTransaction change, string author, string gateway, string document, string message)
    {
        long number = NewestNumber(change, gateway) + 1;
        var version = new AgentsVersion(gateway, number, document, author, message, time.GetUtcNow());
        change.Run("INSERT INTO agents_versions VALUES ($gateway, $number, $document, $author, $message, $now)",
            ("$gateway", gateway), ("$number", number), ("$document", document), ("$author", author), ("$message", message), ("$now", version.Created));
        change.Run("DELETE FROM agents_versions WHERE gateway = $gateway AND number <= $old", ("$gateway", gateway), ("$old", number - KeptVersions));
        return version;
    }

    private static AgentsVersion Version(SqliteDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetTime(5));

    private static Quarantine Row(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetTime(2), row.GetString(3), row.GetString(4));
}
