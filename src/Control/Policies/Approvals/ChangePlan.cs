using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Exeat.Api.Control;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>A change that has been checked, with what it does.</summary>
/// <param name="Change">The change, whole.</param>
/// <param name="Effect">What it does, as people see it.</param>
/// <param name="Guarded">The classes that it touches and for which a second person is needed.</param>
/// <param name="Reach">Whom it touches.</param>
/// <param name="Again">Says anew whom it touches, by what is there then.</param>
internal sealed record ChangePlan(PolicyChange Change, ChangeEffect Effect, ImmutableArray<string> Guarded, ChangeReach Reach, Func<SqliteConnection, ChangeReach> Again)
{
    /// <summary>The agents document that the change names, when it is one of agents.</summary>
    public string? Document { get; init; }

    /// <summary>Of the change and of what it permits: what is approved is this, or nothing. Notes are not among it: they may name moments.</summary>
    public string Hash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(Change, PoliciesJson.Default.PolicyChange));
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(Effect with { Notes = [] }, PoliciesJson.Default.ChangeEffect));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }
}
