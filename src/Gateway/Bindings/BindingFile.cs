using System.Globalization;
using Exeat.Names;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Exeat.Gateway.Bindings;

/// <summary>
/// The bindings on disk, so that an agent that remembers an answer is not refused after a restart. A binding is written before its answer is released: a killed gateway
/// loses none. A power cut may lose those of the last half minute, which denies and never permits: the agent asks again. Whatever cannot be read is left out.
/// </summary>
/// <remarks>The file: 8 bytes magic and version, 16 bytes boot id, then records (<see cref="BindingRecord"/>), each replacing an earlier one of the same binding.</remarks>
internal sealed class BindingFile : IDisposable
{
    /// <summary>Grown by so much, and by as much as it had, the file is written anew.</summary>
    public const long SlackBytes = 1 << 20;

    // All bindings there can be, with long names: what is larger was not written by us.
    private const long MostBytes = 256 << 20;
    private const int HeaderBytes = 24;

    private static readonly byte[] Magic = "EXEATBN\x01"u8.ToArray();

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly byte[] _room = new byte[BindingRecord.MaxBytes];
    private readonly byte[] _boot;
    private readonly long _bootMs;
    private readonly long _openedAt;
    private SafeFileHandle? _file;
    private long _length;
    private long _compacted;
    private bool _told;

    /// <summary>Nothing is opened before <see cref="Begin"/>.</summary>
    public BindingFile(string stateDir, TimeProvider time, ILogger log) : this(stateDir, time, log, BootId(), UptimeMs())
    {
    }

    /// <summary>As if this were the boot of that id, up for so long.</summary>
    internal BindingFile(string stateDir, TimeProvider time, ILogger log, byte[] boot, long uptimeMs)
    {
        (_path, _time, _log, _boot, _bootMs, _openedAt) = (Path.Combine(stateDir, "bindings"), time, log, boot, uptimeMs, time.GetTimestamp());
    }

    /// <summary>Puts what is in the file and still lives into the book, for agents that there are; returns how many.</summary>
    public int Restore(BindingBook book, Func<string, bool> isAgent)
    {
        byte[] bytes;
        try
        {
            if (!File.Exists(_path)) return 0;
            if (new FileInfo(_path).Length > MostBytes)
            {
                _log.BindingsUnreadable(_path, "it is larger than anything a gateway writes");
                return 0;
            }
            bytes = File.ReadAllBytes(_path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            _log.BindingsUnreadable(_path, refused.Message);
            return 0;
        }
        int restored = 0;
        IReadOnlyCollection<BindingRecord> read = Read(bytes, out bool sameBoot, out string problem);
        foreach (BindingRecord record in read)
        {
            if (isAgent(record.Agent) && Remaining(record, sameBoot) is { Ticks: > 0 } left && book.Restore(record.Agent, record.Name, record.Address, left, record.Via)) restored++;
        }
        if (problem.Length > 0) _log.BindingsUnreadable(_path, problem);
        return restored;
    }

    /// <summary>Writes the file anew with what the book has, and keeps it from here on.</summary>
    public void Begin(BindingBook book)
    {
        book.Changed = Append;
        Compact(book);
    }

    /// <summary>To be called every few seconds: writes the file anew when it has grown.</summary>
    public void Settle(BindingBook book)
    {
        bool grown;
        lock (_gate)
        {
            grown = _file is null || _length > _compacted * 2 + SlackBytes;
        }
        if (grown) Compact(book);
    }

    /// <summary>Writes the file anew: what the book has no more is gone from it.</summary>
    public void Compact(BindingBook book)
    {
        lock (_gate)
        {
            Try(() =>
            {
                string fresh = _path + ".new";
                SafeFileHandle file = File.OpenHandle(fresh, FileMode.Create, FileAccess.Write, FileShare.Read);
                if (OperatingSystem.IsLinux()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                using var all = new MemoryStream();
                all.Write(Magic);
                all.Write(_boot);
                foreach ((string agent, Address address, Binding binding) in book.All()) all.Write(_room.AsSpan(0, RecordOf(agent, address, binding).Write(_room)));
                RandomAccess.Write(file, all.GetBuffer().AsSpan(0, (int)all.Length), 0);
                File.Move(fresh, _path, overwrite: true);
                _file?.Dispose();
                (_file, _length, _compacted) = (file, all.Length, all.Length);
            });
        }
    }

    public void Dispose()
    {
        lock (_gate) _file?.Dispose();
    }

    /// <summary>The bindings of a file's bytes, the last word on each. Reading ends where the file is damaged.</summary>
    internal IReadOnlyCollection<BindingRecord> Read(ReadOnlySpan<byte> bytes, out bool sameBoot, out string problem)
    {
        (sameBoot, problem) = (false, "");
        var last = new Dictionary<(string, Address, DomainName), BindingRecord>();
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic))
        {
            problem = "it is no bindings file of this version";
            return last.Values;
        }
        sameBoot = bytes[Magic.Length..HeaderBytes].SequenceEqual(_boot);
        for (ReadOnlySpan<byte> rest = bytes[HeaderBytes..]; !rest.IsEmpty;)
        {
            if (!BindingRecord.TryRead(rest, out BindingRecord? record, out int length))
            {
                problem = $"{rest.Length} bytes at its end are cut off or damaged";
                break;
            }
            last[(record!.Agent, record.Address, record.Name)] = record;
            rest = rest[length..];
        }
        return last.Values;
    }

    // Of the same boot, the boot clock knows exactly. Else the wall clock tells, and a clock that went back does not prolong a life.
    private TimeSpan Remaining(BindingRecord record, bool sameBoot)
    {
        long most = record.LifeMs;
        long left = sameBoot ? record.EndBootMs - BootNowMs : record.EndWallMs - _time.GetUtcNow().ToUnixTimeMilliseconds();
        return TimeSpan.FromMilliseconds(Math.Clamp(left, 0, most));
    }

    private void Append(string agent, Address address, Binding binding)
    {
        lock (_gate)
        {
            if (_file is null) return;
            int length = RecordOf(agent, address, binding).Write(_room);
            Try(() =>
            {
                RandomAccess.Write(_file, _room.AsSpan(0, length), _length);
                _length += length;
            });
        }
    }

    private BindingRecord RecordOf(string agent, Address address, Binding binding)
    {
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), binding.End);
        long ms = Math.Clamp((long)left.TotalMilliseconds, 0, uint.MaxValue);
        return new BindingRecord(agent, address, binding.Name, binding.Via, ms == 0 ? 0 : BootNowMs + ms, ms == 0 ? 0 : _time.GetUtcNow().ToUnixTimeMilliseconds() + ms, (uint)ms);
    }

    private long BootNowMs => _bootMs + (long)_time.GetElapsedTime(_openedAt).TotalMilliseconds;

    // Without the disk bindings live in memory only: said once, and tried again by Settle.
    private void Try(Action write)
    {
        try
        {
            write();
            _told = false;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            if (!_told) _log.BindingsNotKept(refused.Message);
            _told = true;
            _file?.Dispose();
            _file = null;
        }
    }

    private static byte[] BootId() => Guid.Parse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()).ToByteArray();

    // CLOCK_BOOTTIME in hundredths of a second (proc(5)).
    private static long UptimeMs() => (long)(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture) * 1000);
}
