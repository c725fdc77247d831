using System.Globalization;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>A client that begins a new connection every few milliseconds, and tells when each began and when its first byte came back.</summary>
internal sealed class Attempts
{
    // A line for each connection that was answered: began, answered; seconds of the monotonic clock, which all namespaces share.
    private const string Script = """
        import socket, sys, time, select
        host, port, every, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        poll = select.epoll(); live = {}; done = []
        end = time.monotonic() + seconds; next = time.monotonic()
        while time.monotonic() < end:
            now = time.monotonic()
            if now >= next:
                next = now + every
                s = socket.socket(family, socket.SOCK_STREAM); s.setblocking(False)
                try: s.connect((host, port))
                except BlockingIOError: pass
                except OSError: s.close(); s = None
                if s: live[s.fileno()] = [s, now, False]; poll.register(s, select.EPOLLOUT)
            for fd, event in poll.poll(max(0, next - time.monotonic())):
                s, began, sent = live[fd]
                try:
                    if not sent: s.send(b'x'); live[fd][2] = True; poll.modify(fd, select.EPOLLIN); continue
                    if s.recv(1): done.append((began, time.monotonic()))
                except OSError: pass
                poll.unregister(fd); s.close(); del live[fd]
            for fd in [fd for fd, entry in live.items() if now - entry[1] > 5]:
                poll.unregister(fd); live.pop(fd)[0].close()
        for began, answered in done: print(f'{began:.4f};{answered:.4f}')
        """;

    private readonly Task<Finished> _run;

    private Attempts(Task<Finished> run) => _run = run;

    public static Attempts Start(LabNetwork network, string agent, string host, int port, TimeSpan every, TimeSpan time) => new(Subprocess.RunAsync(
        network.Inside(agent, "python3", "-c", Script, host, port.ToString(CultureInfo.InvariantCulture),
            every.TotalSeconds.ToString(CultureInfo.InvariantCulture), time.TotalSeconds.ToString(CultureInfo.InvariantCulture)), time + TimeSpan.FromSeconds(20)));

    /// <summary>The clock that the client goes by.</summary>
    public static double Now => TimeProvider.System.GetTimestamp() / (double)TimeProvider.System.TimestampFrequency;

    /// <summary>When each answered connection began and was answered, in the order of beginning.</summary>
    public async Task<IReadOnlyList<(double Began, double Answered)>> AnsweredAsync()
    {
        Finished finished = await _run;
        Assert.True(finished.Succeeded, finished.LastLine);
        return [.. finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';'))
            .Select(words => (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture))).Order()];
    }
}
