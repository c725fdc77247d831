using System.Runtime.InteropServices;
using System.Text.Json;
using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>nftables through its own library: each <see cref="Apply"/> is one transaction, as with <c>nft -f</c>. Thread-safe.</summary>
/// <remarks>It belongs to the network namespace of the thread that made it.</remarks>
public sealed class Nftables : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CommandThread _commands = new("nftables");
    private readonly NftContext _context;
    private readonly NetlinkSocket _socket;
    private readonly NftGeneration _generation;
    private uint _last;
    private bool _hasForeignChange;

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsInstalled => LibNftables.IsThere();

    /// <summary>Opens a context in the namespace of this thread.</summary>
    public Nftables()
    {
        try
        {
            _context = _commands.Run(static () => LibNftables.New(LibNftables.NFT_CTX_DEFAULT));
            if (_context.IsInvalid || LibNftables.BufferOutput(_context) != 0 || LibNftables.BufferError(_context) != 0) throw new KernelException("nftables: open", "libnftables", Errno.ENOMEM);
            _socket = new NetlinkSocket(NetlinkSocket.NETLINK_NETFILTER, "nftables: open", "netlink");
            _generation = new NftGeneration(_socket);
            _last = _generation.Read("open", "ruleset");
        }
        catch
        {
            // Whatever it was: a thread that nobody can end any more would stay.
            _commands.Dispose();
            _context?.Dispose();
            _socket?.Dispose();
            throw;
        }
    }

    /// <summary>Applies a ruleset in nft's language, all of it or nothing.</summary>
    public void Apply(string ruleset) => Run(ruleset);

    /// <summary>Runs commands in nft's language and returns what they print.</summary>
    public string Run(string command)
    {
        lock (_lock) return Track(FirstLine(command), () => RunLocked(command, LibNftables.NFT_CTX_DEFAULT, dry: false), _ => true);
    }

    /// <summary>As <see cref="Run"/>, without counters and the time that set elements have left, one command after another: what they print, together. Elements of dynamic sets are still printed.</summary>
    /// <remarks>A chain that holds an xtables queue rule makes libxtables complain on standard error whenever it is listed.</remarks>
    public string RunStateless(params IEnumerable<string> commands)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_context.IsClosed, this);
            // One stay on the library's thread for all of them: on a busy machine each change of threads waits for its turn, and a change of policy lists some hundred times.
            return _commands.Run(() => string.Concat(commands.Select(command => RunThere(command, LibNftables.NFT_CTX_OUTPUT_STATELESS, dry: false))));
        }
    }

    /// <summary>Whether the kernel would take the ruleset; null, or what it (or the parser) says against it. Changes nothing (<c>nft --check</c>).</summary>
    public string? Check(string ruleset)
    {
        lock (_lock)
        {
            try
            {
                RunLocked(ruleset, LibNftables.NFT_CTX_DEFAULT, dry: true);
                return null;
            }
            catch (KernelException refused)
            {
                return refused.Detail ?? refused.Message;
            }
        }
    }

    /// <summary>The named counters of a table of family inet.</summary>
    public IReadOnlyDictionary<string, (ulong Packets, ulong Bytes)> Counters(string table)
    {
        string json;
        lock (_lock) json = RunLocked($"list counters table inet {table}", LibNftables.NFT_CTX_OUTPUT_JSON, dry: false);
        Dictionary<string, (ulong, ulong)> counters = new(StringComparer.Ordinal);
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement entry in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (!entry.TryGetProperty("counter", out JsonElement counter)) continue;
            counters[counter.GetProperty("name").GetString() ?? ""] =
                (counter.GetProperty("packets").GetUInt64(), counter.GetProperty("bytes").GetUInt64());
        }
        return counters;
    }

    /// <summary>
    /// Whether anybody else has committed a transaction since this was last asked (or since this object was made). Needs no events, and costs one
    /// small request: what packets add to sets does not count.
    /// </summary>
    public bool TakeForeignChange()
    {
        lock (_lock)
        {
            ReadGeneration();
            bool has = _hasForeignChange;
            _hasForeignChange = false;
            return has;
        }
    }

    /// <summary>Whether <see cref="TakeForeignChange"/> would find one, with everything up to the generation that a change names. Waits for a running transaction; as late as it is asked, what was told once is not told again.</summary>
    public bool HasForeignChange(uint generation)
    {
        lock (_lock)
        {
            // What is no newer than the last one that was read is accounted for, whoever made it. The number goes round.
            if ((int)(generation - _last) > 0) ReadGeneration();
            return _hasForeignChange;
        }
    }

    /// <summary>The whole ruleset of this network namespace, everybody's, as nft's JSON (libnftables-json(5)).</summary>
    public string ListJson()
    {
        lock (_lock) return RunLocked("list ruleset", LibNftables.NFT_CTX_OUTPUT_JSON | LibNftables.NFT_CTX_OUTPUT_STATELESS, dry: false);
    }

    /// <summary>Closes the context; the rules stay.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_context.IsClosed) return;
            _commands.Dispose();
            _context.Dispose();
            _socket.Dispose();
        }
    }

    /// <summary>Runs a transaction of our own netlink under the same lock and generation count.</summary>
    internal Errno Transact(string subject, Func<NetlinkSocket, Errno> transaction)
    {
        lock (_lock) return Track(subject, () => transaction(_socket), error => error == Errno.None);
    }

    /// <summary>Asks something by our own netlink; changes nothing.</summary>
    internal Errno Ask(Func<NetlinkSocket, Errno> question)
    {
        lock (_lock) return question(_socket);
    }

    // A transaction raises the generation by one, and one that is refused does not. If it rose by more, somebody else committed too, before or after ours.
    private T Track<T>(string subject, Func<T> transaction, Func<T, bool> commits)
    {
        uint before = _generation.Read("", subject);
        T result = transaction();
        uint after = _generation.Read("", subject);
        _hasForeignChange |= before != _last || (after != before && !(after == before + 1 && commits(result)));
        _last = after;
        return result;
    }

    private void ReadGeneration()
    {
        uint now = _generation.Read("read", "generation");
        _hasForeignChange |= now != _last;
        _last = now;
    }

    private string RunLocked(string command, uint output, bool dry)
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        return _commands.Run(() => RunThere(command, output, dry));
    }

    private string RunThere(string command, uint output, bool dry)
    {
        LibNftables.SetDryRun(_context, dry);
        LibNftables.SetOutput(_context, output);
        int status = LibNftables.Run(_context, command);
        Errno errno = Libc.LastError;
        string printed = Marshal.PtrToStringUTF8(LibNftables.OutputBuffer(_context)) ?? "";
        string complaint = (Marshal.PtrToStringUTF8(LibNftables.ErrorBuffer(_context)) ?? "").Trim();
        if (status == 0) return printed;
        // errno is what the last call within the library left behind: only a refusal for want of privilege is told by it alone.
        bool isPrivilege = errno is Errno.EPERM && complaint.Contains("Operation not permitted", StringComparison.Ordinal);
        throw new KernelException("nftables:", FirstLine(command), isPrivilege ? errno : Errno.None, complaint);
    }

    private static string FirstLine(string command)
    {
        ReadOnlySpan<char> text = command.AsSpan().Trim();
        int end = text.IndexOf('\n');
        if (end >= 0) text = text[..end];
        return text.Length > 80 ? $"{text[..80]}…" : text.ToString();
    }
}
