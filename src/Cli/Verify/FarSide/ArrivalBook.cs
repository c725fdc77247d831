using System.Collections.Immutable;
using System.Text;

namespace Exeat.Cli.Verify;

/// <summary>What arrived, by token. Stands open to the world: bounded, and full it takes no newcomer.</summary>
internal sealed class ArrivalBook(TimeProvider time, Action<FarArrival> told)
{
    /// <summary>Tokens that are kept: about five hundred runs. 65,536 of 200 bytes: 13 MB.</summary>
    public const int MostTokens = 65_536;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Token, string Protocol, int Port), FarArrival> _arrivals = [];

    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>How many were not taken for want of room.</summary>
    public int Refused { get; private set; }

    /// <summary>Notes every token in the bytes; the first one is returned.</summary>
    public string? Note(ReadOnlySpan<byte> bytes, string protocol, int port, string from)
    {
        string? first = null;
        foreach (string token in Tokens.In(Encoding.Latin1.GetString(bytes)).Distinct())
        {
            first ??= token;
            Note(token, protocol, port, from);
        }
        return first;
    }

    public ImmutableArray<FarArrival> Of(string run)
    {
        lock (_gate) return [.. _arrivals.Values.Where(a => Tokens.RunOf(a.Token) == run).OrderBy(a => a.Token, StringComparer.Ordinal)];
    }

    private void Note(string token, string protocol, int port, string from)
    {
        FarArrival arrival;
        lock (_gate)
        {
            if (_arrivals.TryGetValue((token, protocol, port), out FarArrival? known))
            {
                _arrivals[(token, protocol, port)] = known with { Count = known.Count + 1 };
                return;
            }
            if (_arrivals.Count >= MostTokens)
            {
                Refused++;
                return;
            }
            _arrivals[(token, protocol, port)] = arrival = new FarArrival(token, protocol, port, from, time.GetUtcNow(), 1);
        }
        told(arrival);
    }
}
