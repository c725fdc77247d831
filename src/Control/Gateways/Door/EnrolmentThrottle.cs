using Exeat.Control.Http;
using Exeat.Control.People;

namespace Exeat.Control.Gateways.Door;

/// <summary>What strangers may ask of enrolment, the one request that needs no certificate: so many at once, and so many wrong tokens a minute, of one source and of all. What succeeds counts for nothing.</summary>
internal sealed class EnrolmentThrottle(TimeProvider time)
{
    /// <summary>Under way at once; each has up to half a megabyte in memory.</summary>
    public const int AtOnce = 8, AtOnceOfSource = 2;

    /// <summary>Wrong ones a minute. A token has 256 bits: this is for the database's sake.</summary>
    public const int WrongPerMinute = 240, WrongPerMinuteOfSource = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal), _wrong = new(StringComparer.Ordinal);
    private long _minute;
    private int _all, _allWrong;

    /// <summary>Takes a place until disposed.</summary>
    /// <exception cref="Refused">There is none.</exception>
    public EnrolmentPlace Take(System.Net.IPAddress? from)
    {
        string source = LoginThrottle.SourceOf(from);
        lock (_lock)
        {
            Turn();
            int own = _underWay.GetValueOrDefault(source), wrong = _wrong.GetValueOrDefault(source);
            if (_all >= AtOnce || own >= AtOnceOfSource || _allWrong >= WrongPerMinute || wrong >= WrongPerMinuteOfSource)
                throw new Refused(StatusCodes.Status429TooManyRequests, "too-many", "too many enrolments are under way, or had a wrong token", "wait a minute and try again; the token is not used up");
            _underWay[source] = own + 1;
            _all++;
            // Counted before it is known, so that many at once do not pass together. Never more entries than the count for all lets in.
            _wrong[source] = wrong + 1;
            _allWrong++;
        }
        return new EnrolmentPlace(this, source);
    }

    internal void Leave(string source, bool succeeded)
    {
        lock (_lock)
        {
            _all--;
            if (--_underWay[source] == 0) _underWay.Remove(source);
            Turn();
            if (!succeeded || !_wrong.TryGetValue(source, out int wrong)) return;
            if (wrong <= 1) _wrong.Remove(source);
            else _wrong[source] = wrong - 1;
            _allWrong--;
        }
    }

    private void Turn()
    {
        long minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (minute == _minute) return;
        (_minute, _allWrong) = (minute, 0);
        _wrong.Clear();
    }
}
