using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Exeat.Api;

namespace Exeat.Cli.Tests;

/// <summary><c>exeat status</c> against a socket that answers as a gateway would.</summary>
public sealed class StatusTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-status").FullName;

    private string SocketFile => Path.Combine(_folder, "gateway.sock");

    private static GatewayStatus Healthy => new()
    {
        Product = "0.1.0",
        Gateway = "gw-1",
        PolicyPath = "/etc/exeat/policy.yaml",
        Pid = 7,
        Started = Noon,
        Time = Noon,
        Enforcing = true,
        Since = Noon,
        DeclaredMode = "enforce",
        EffectiveMode = "enforce",
        Policy = new PolicyStatus("aabbccddeeff00112233", "ffee", 3, 20),
        Agents = new AgentsStatus(4, 0, ["coding-1"]),
        Queue = new QueueStatus(4747, "nft", 1000, 0),
        Flows = 12,
        Pending = 1,
        Bindings = 34,
        Journal = new JournalStatus("/var/lib/exeat/journal", true, null, 3 << 19, 1 << 30),
        Locks = new LockStatus(true, true, true, true),
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_healthy_gateway_is_shown_with_one_command_and_status_0()
    {
        Ran ran = await AskAsync(Healthy with { LastDenial = new DenialStatus(Noon, "k3f9", "coding-1", "evil.example", "203.0.113.66", 443, "default-deny", "default-deny", true) });
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("status-healthy", ran.Data);
    }

    [Theory]
    [InlineData("locks", "exeat preflight")]
    [InlineData("checksums", "exeat preflight")]
    [InlineData("journal", "df -h /var/lib/exeat/journal")]
    [InlineData("reload", "exeat policy check /etc/exeat/policy.yaml")]
    [InlineData("monitor", "exeat flows query --journal /var/lib/exeat/journal --verdict deny")]
    public async Task What_is_not_in_order_ends_with_1_and_says_what_to_do(string matter, string next)
    {
        GatewayStatus status = matter switch
        {
            "locks" => Healthy with { Enforcing = false, Locks = new LockStatus(false, true, true, true), Alarms = ["the drop table is not in the kernel as it was loaded"] },
            "checksums" => Healthy with { Enforcing = false, Locks = new LockStatus(true, true, true, false), Alarms = ["the checksum rules are not in the kernel as they were loaded"] },
            "journal" => Healthy with { Journal = Healthy.Journal with { Writable = false, LastError = "No space left on device" } },
            "reload" => Healthy with { Alarms = ["x"], LastReload = new ReloadStatus(Noon, false, ["policy.yaml:3:1: wrong"]) },
            _ => Healthy with { Enforcing = false, DeclaredMode = "monitor", EffectiveMode = "monitor", Agents = new AgentsStatus(0, 4, []) },
        };
        Ran ran = await AskAsync(status);
        Assert.Equal((1, ""), (ran.ExitCode, ran.Messages));
        Assert.EndsWith($"next      {next}\n", ran.Data);
    }

    [Fact]
    public async Task Text_that_an_agent_chose_cannot_paint_or_break_a_line()
    {
        Ran ran = await AskAsync(Healthy with { LastDenial = new DenialStatus(Noon, "id", "a\u001b[31m", "x\nstate ENFORCING\u202e", "203.0.113.66", 443, "r", "r", true) });
        Assert.DoesNotContain('\u001b', ran.Data);
        Assert.DoesNotContain('\u202e', ran.Data);
        Assert.Equal(1, ran.Data.Split('\n').Count(line => line.StartsWith("state", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task As_JSON_it_is_the_gateways_own_answer()
    {
        Ran ran = await AskAsync(Healthy, "--json");
        using JsonDocument read = JsonDocument.Parse(ran.Data);
        Assert.Equal((0, 1, true, "aabbccddeeff00112233"), (ran.ExitCode, read.RootElement.GetProperty("v").GetInt32(), read.RootElement.GetProperty("enforcing").GetBoolean(), read.RootElement.GetProperty("policy").GetProperty("version").GetString()));
    }

    [Fact]
    public void Without_a_gateway_it_ends_with_3_and_says_what_is_known_of_the_locks()
    {
        Ran ran = CommandLine.Run("status", "--socket", SocketFile);
        Assert.Equal((3, ""), (ran.ExitCode, ran.Data));
        Assert.Contains($"no gateway answers at {SocketFile}", ran.Messages);
        Assert.Contains("\nlocks: ", ran.Messages);
        Assert.Contains("\nnext: ", ran.Messages);
        using JsonDocument read = JsonDocument.Parse(CommandLine.Run("status", "--json", "--socket", SocketFile).Data);
        Assert.False(read.RootElement.GetProperty("answers").GetBoolean());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"v\": 1", "cannot be read")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "it answers 503")]
    [InlineData("garbage\r\n\r\n", "no gateway answers")]
    [InlineData("", "no gateway answers")]
    public async Task An_answer_that_makes_no_sense_is_no_gateway(string answer, string said)
    {
        Ran ran = await AskAsync(Encoding.ASCII.GetBytes(answer));
        Assert.Equal((3, ""), (ran.ExitCode, ran.Data));
        Assert.Contains(said, ran.Messages);
    }

    [Fact]
    public async Task An_answer_of_a_newer_release_is_refused()
    {
        Ran ran = await AskAsync(Healthy with { V = 2 });
        Assert.Equal(3, ran.ExitCode);
        Assert.Contains("form 2", ran.Messages);
    }

    private Task<Ran> AskAsync(GatewayStatus status, params string[] more)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(status, ApiJson.Default.GatewayStatus);
        return AskAsync([.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body], more);
    }

    private async Task<Ran> AskAsync(byte[] answer, params string[] more)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketFile));
        listener.Listen();
        Task<Ran> asking = Task.Run(() => CommandLine.Run(["status", "--socket", SocketFile, .. more]));
        using (Socket client = await listener.AcceptAsync())
        {
            byte[] question = new byte[4096];
            int length = await client.ReceiveAsync(question);
            Assert.StartsWith("GET /v1/status HTTP/1.1\r\n", Encoding.ASCII.GetString(question, 0, length));
            if (answer.Length > 0) await client.SendAsync(answer);
        }
        return await asking;
    }
}
