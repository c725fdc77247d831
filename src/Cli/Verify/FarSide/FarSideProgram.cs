using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Exeat.Cli.Verify;

/// <summary><c>exeat verify --far-side</c>: counts what arrives at a host outside, by token. Stands open to whoever reaches it, keeps no secret, and tells counts only.</summary>
internal static class FarSideProgram
{
    public static async Task<int> RunAsync(IPAddress address, IReadOnlyList<int> more, CommandOutput output, CancellationToken stop)
    {
        using FarListeners listeners = FarListeners.Open(address, more);
        foreach (string missing in listeners.Missing) output.Tell($"not counted: {missing}", LogLevel.Warning);
        if (listeners.Streams.Count == 0) throw new CommandFailure(ExitCode.EnvironmentLacks, "no TCP port could be opened: run it as root, or lower net.ipv4.ip_unprivileged_port_start");
        var book = new ArrivalBook(TimeProvider.System, arrival =>
        {
            lock (listeners) output.Data.WriteLine(JsonSerializer.Serialize(arrival, FarJson.Default.FarArrival));
        });
        using X509Certificate2 certificate = Certificate();
        var streams = new FarStreams(book, listeners, certificate, TimeProvider.System);
        List<Task> serving =
        [
            .. listeners.Streams.Select(s => streams.AcceptAsync(s.Socket, s.Port, stop)),
            .. listeners.Datagrams.Select(d => FarDatagrams.ReceiveAsync(d.Socket, d.Port, book, stop)),
            .. listeners.Echoes.Select(e => FarDatagrams.ReceiveEchoesAsync(e, book, stop)),
        ];
        output.Tell($"ready: counting {string.Join(' ', listeners.Counts)}; each arrival is one line on standard output; end with Ctrl-C");
        try
        {
            await await Task.WhenAny(serving);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (book.Refused > 0) output.Tell($"{book.Refused} arrivals found no room: at most {ArrivalBook.MostTokens} tokens are kept", LogLevel.Warning);
        }
        return ExitCode.Done;
    }

    // Only so that counts can be asked for over TLS where the policy permits nothing else; whoever asks checks the run's token, not this.
    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=exeat-verify", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }
}
