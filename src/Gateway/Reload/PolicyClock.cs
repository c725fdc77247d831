using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Reload;

/// <summary>
/// The time by which rules expire. It runs with the monotonic clock, never goes back, and believes a step of the wall clock forward only after it has stood for a while:
/// neither a wrong clock that is soon set right, nor one that is set back, changes what is in force (K11).
/// </summary>
internal sealed class PolicyClock : TimeProvider
{
    /// <summary>A wrong step forward is usually set right by the next poll of a time server: these are at most some minutes apart.</summary>
    public static readonly TimeSpan BelieveAfter = TimeSpan.FromMinutes(10);

    // Slewing and rounding are no steps.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private DateTimeOffset _base;
    private long _baseAt;
    private long? _steppedAt;
    private long? _savedAt;

    /// <summary>Begins at the wall clock, or at the last time of an earlier run when that is later.</summary>
    public PolicyClock(string stateDir, TimeProvider time, ILogger log)
    {
        (_path, _time, _log) = (Path.Combine(stateDir, "clock"), time, log);
        DateTimeOffset wall = time.GetUtcNow();
        (_base, _baseAt) = (wall, time.GetTimestamp());
        if (Read() is not { } known || known - wall <= Slack) return;
        _base = known;
        log.ClockBehind(known);
    }

    /// <summary>The policy's time now.</summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_gate) return _base + _time.GetElapsedTime(_baseAt);
        }
    }

    /// <summary>The policy's time, for whoever asks a clock: loading tells by it what has expired.</summary>
    public override DateTimeOffset GetUtcNow() => Now;

    /// <summary>Compares with the wall clock, follows it where it may, and writes the time down now and then.</summary>
    public void Check()
    {
        lock (_gate)
        {
            long at = _time.GetTimestamp();
            DateTimeOffset wall = _time.GetUtcNow(), now = _base + _time.GetElapsedTime(_baseAt, at);
            TimeSpan ahead = wall - now;
            if (ahead <= Slack)
            {
                _steppedAt = null;
                // Small differences are followed at once, so that they do not add up: forward only.
                if (ahead > TimeSpan.Zero) (_base, _baseAt) = (wall, at);
            }
            else if (_steppedAt is not { } since)
            {
                _steppedAt = at;
                _log.ClockStepped((long)ahead.TotalSeconds, (int)BelieveAfter.TotalMinutes);
            }
            else if (_time.GetElapsedTime(since, at) >= BelieveAfter)
            {
                (_base, _baseAt, _steppedAt) = (wall, at, null);
                _log.ClockFollowed((long)ahead.TotalSeconds);
            }
            if (_savedAt is { } saved && _time.GetElapsedTime(saved, at) < SaveEvery) return;
            _savedAt = at;
            Write(_base + _time.GetElapsedTime(_baseAt, at));
        }
    }

    private DateTimeOffset? Read()
    {
        try
        {
            return File.Exists(_path) && DateTimeOffset.TryParseExact(File.ReadAllText(_path).Trim(), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset read) ? read : null;
        }
        catch (IOException)
        {
            // As if there were none: the wall clock counts.
            return null;
        }
    }

    private void Write(DateTimeOffset now)
    {
        try
        {
            File.WriteAllText(_path + ".new", now.ToString("O", CultureInfo.InvariantCulture) + "\n");
            File.Move(_path + ".new", _path, overwrite: true);
        }
        catch (IOException refused)
        {
            // A full disk: the next start goes by the wall clock, or by what was written before.
            _log.Warned($"{_path}: {refused.Message}");
        }
    }
}
