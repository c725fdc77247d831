using System.Collections.Concurrent;
using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>The published versions, as they are kept: written once, files by their hash.</summary>
internal sealed class PolicyVersions(Database database, TimeProvider time)
{
    // Versions in use are a handful; the rest is read again.
    private const int MaxRemembered = 64;

    private const string Columns = "policy, version, number, parent, author, message, time, rules, mode";

    private readonly ConcurrentDictionary<string, ReadPolicy> _read = new(StringComparer.Ordinal);

    /// <summary>All policies by name, with their newest version.</summary>
    public IReadOnlyList<PolicyEntry> Policies(string after, int limit)
    {
        using SqliteConnection connection = database.Open();
        return connection.List(
            """
            SELECT v.policy, v.number, v.version, v.time, v.author, v.message FROM policy_versions v
            WHERE v.policy > $after AND v.number = (SELECT max(number) FROM policy_versions WHERE policy = v.policy) ORDER BY v.policy LIMIT $limit
            """,
            row => new PolicyEntry(row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetTime(3), row.GetString(4), row.GetString(5)), ("$after", after), ("$limit", limit));
    }

    /// <summary>The versions of a policy, newest first, those before a number.</summary>
    public IReadOnlyList<PolicyVersionEntry> Of(string policy, long before, int limit)
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {Columns} FROM policy_versions WHERE policy = $policy AND number < $before ORDER BY number DESC LIMIT $limit", Entry, ("$policy", policy), ("$before", before), ("$limit", limit));
    }

    /// <summary>The newest version; null: there is no such policy.</summary>
    public PolicyVersionEntry? Newest(string policy) => Of(policy, long.MaxValue, 1) is [var newest] ? newest : null;

    /// <summary>A version by its hash, or by the beginning of it when only one has it; null stands for the newest.</summary>
    public PolicyVersionEntry Find(string policy, string? version)
    {
        if (Newest(policy) is not { } newest) throw Refused.NotFound($"policy {policy}", "exeat policy versions lists them");
        if (version is null || version == newest.Version) return newest;
        if (version.Length is < 4 or > 64 || !version.All(char.IsAsciiHexDigitLower)) throw Refused.Invalid($"{Short(version)} is no version", "write its hash, or at least the first four digits of it");
        using SqliteConnection connection = database.Open();
        List<PolicyVersionEntry> found = connection.List($"SELECT {Columns} FROM policy_versions WHERE policy = $policy AND version >= $from AND version < $to ORDER BY number DESC LIMIT 2", Entry,
            ("$policy", policy), ("$from", version), ("$to", version + "g"));
        return found switch
        {
            [var one] => one,
            [] => throw Refused.NotFound($"version {version} of the policy {policy}", $"exeat policy versions {policy} lists them"),
            _ => throw Refused.Invalid($"{version} is the beginning of several versions of {policy}", "write more of it"),
        };
    }

    /// <summary>The files of a version; null: none of that hash is kept.</summary>
    public PolicyContent? Content(string version)
    {
        using SqliteConnection connection = database.Open();
        ImmutableSortedDictionary<string, string>.Builder files = PolicyContent.NoFiles.ToBuilder();
        foreach ((string path, string text) in connection.List("SELECT c.path, b.text FROM policy_contents c JOIN policy_blobs b ON b.sha256 = c.sha256 WHERE c.version = $version",
            row => (row.GetString(0), row.GetString(1)), ("$version", version))) files[path] = text;
        return files.Count == 0 ? null : new PolicyContent(files.ToImmutable());
    }

    /// <summary>A version as a gateway reads it. Throws when its files are not those that were published: then the database has been tampered with, and nobody gets them.</summary>
    public ReadPolicy Read(string version)
    {
        if (_read.TryGetValue(version, out ReadPolicy? known)) return known;
        PolicyContent content = Content(version) ?? throw new InvalidDataException($"version {version} is not kept: restore a backup");
        if (content.Version != version) throw new InvalidDataException($"the files of version {version} are not those that were published: restore a backup");
        ReadPolicy read = ContentReader.Read(content, time);
        if (_read.Count >= MaxRemembered) _read.Clear();
        return _read[version] = read;
    }

    /// <summary>Keeps a version, in the caller's transaction; the one that is there when the content is known.</summary>
    public (PolicyVersionEntry Entry, bool Existed) Keep(SqliteTransaction transaction, string policy, ReadPolicy read, string author, string message)
    {
        string version = read.Policy!.Version;
        if (transaction.List($"SELECT {Columns} FROM policy_versions WHERE policy = $policy AND version = $version", Entry, ("$policy", policy), ("$version", version)) is [var known]) return (known, true);
        foreach ((string path, string text) in read.Content.Files)
        {
            string hash = PolicyContent.Sha256(text);
            transaction.Run("INSERT INTO policy_blobs VALUES ($hash, $text) ON CONFLICT DO NOTHING", ("$hash", hash), ("$text", text));
            transaction.Run("INSERT INTO policy_contents VALUES ($version, $path, $hash) ON CONFLICT DO NOTHING", ("$version", version), ("$path", path), ("$hash", hash));
        }
        PolicyVersionEntry? head = Head(transaction, policy);
        var entry = new PolicyVersionEntry
        {
            Policy = policy,
            Version = version,
            Number = (head?.Number ?? 0) + 1,
            Parent = head?.Version,
            Author = author,
            Message = message,
            Time = time.GetUtcNow(),
            Rules = read.Policy.Rules.Length,
            Mode = read.Policy.Mode == Exeat.Policy.Mode.Monitor ? "monitor" : "enforce",
        };
        transaction.Run($"INSERT INTO policy_versions ({Columns}) VALUES ($policy, $version, $number, $parent, $author, $message, $time, $rules, $mode)",
            ("$policy", policy), ("$version", version), ("$number", entry.Number), ("$parent", entry.Parent), ("$author", author), ("$message", message), ("$time", entry.Time), ("$rules", entry.Rules), ("$mode", entry.Mode));
        return (entry, false);
    }

    /// <summary>The newest version as the transaction sees it.</summary>
    public static PolicyVersionEntry? Head(SqliteTransaction transaction, string policy) =>
        transaction.List($"SELECT {Columns} FROM policy_versions WHERE policy = $policy ORDER BY number DESC LIMIT 1", Entry, ("$policy", policy)) is [var head] ? head : null;

    private static string Short(string text) => text.Length > 70 ? text[..70] + "…" : text;

    private static PolicyVersionEntry Entry(SqliteDataReader row) => new()
    {
        Policy = row.GetString(0),
        Version = row.GetString(1),
        Number = row.GetInt32(2),
        Parent = row.GetTextOrNull(3),
        Author = row.GetString(4),
        Message = row.GetString(5),
        Time = row.GetTime(6),
        Rules = row.GetInt32(7),
        Mode = row.GetString(8),
    };
}
