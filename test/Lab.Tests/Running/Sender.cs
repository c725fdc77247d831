using System.Globalization;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>A client inside an agent's namespace that keeps one flow busy: 200 bytes every 5 ms, TCP or UDP, until its time is over or the flow ends.</summary>
internal sealed class Sender
{
    // Prints: how it ended (time, reset, closed, error NAME), how much was sent, echoed, and the longest time in ms without an echo.
    private const string Script = """
        import socket, sys, time, select
        host, port, udp, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'udp', float(sys.argv[4])
        s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        s.settimeout(10)
        s.connect((host, port))
        s.setblocking(False)
        end = time.monotonic() + seconds
        sent = echoed = 0; longest = 0.0; heard = time.monotonic(); how = 'time'
        while time.monotonic() < end:
            try:
                try: sent += s.send(b'x' * 200)
                except BlockingIOError: pass
                except (ConnectionRefusedError, PermissionError):
                    if not udp: raise
                time.sleep(0.005)
                try:
                    got = s.recv(65536)
                    if not got and not udp: how = 'closed'; break
                    echoed += len(got)
                    now = time.monotonic(); longest = max(longest, now - heard); heard = now
                except BlockingIOError: pass
                except (ConnectionRefusedError, PermissionError):
                    if not udp: raise
            except ConnectionResetError: how = 'reset'; break
            except OSError as e: how = 'error ' + type(e).__name__; break
        print(how, sent, echoed, round(longest * 1000), sep=';')
        """;

    private readonly Task<Finished> _run;

    private Sender(Task<Finished> run) => _run = run;

    public static Sender Start(LabNetwork network, string agent, string host, int port, bool udp, double seconds) => new(Subprocess.RunAsync(
        network.Inside(agent, "python3", "-c", Script, host, port.ToString(CultureInfo.InvariantCulture), udp ? "udp" : "tcp", seconds.ToString(CultureInfo.InvariantCulture)),
        TimeSpan.FromSeconds(seconds + 20)));

    /// <summary>Whether it is still at it.</summary>
    public bool IsSending => !_run.IsCompleted;

    /// <summary>How it ended: <c>time</c> when it was never disturbed.</summary>
    public async Task<(string How, long Sent, long Echoed, int LongestMs)> EndAsync()
    {
        Finished finished = await _run;
        string[] words = finished.Output.Trim().Split(';');
        return words.Length == 4 && finished.Succeeded
            ? (words[0], long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture))
            : ("failed: " + finished.LastLine, 0, 0, 0);
    }
}
