using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Control;

/// <summary>A real exeat-control in a folder of its own, outside every packet path, and an operator's side of its API.</summary>
internal sealed class ControlDesk(string folder, int people, int gateways) : IAsyncDisposable
{
    private const string Password = "a-password-of-the-lab-17";

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
    })
    { BaseAddress = new Uri($"https://127.0.0.1:{people}/api/v1/") };

    private LabProcess? _process;

    public string Data => Path.Combine(folder, "data");

    public string GatewaysUrl => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{gateways}");

    public string Config => Path.Combine(folder, "control.yaml");

    public LabProcess Process => _process ?? throw new InvalidOperationException("control was not started");

    public static IReadOnlyList<string> Program => ["dotnet", Path.Combine(LabPrograms.Folder, "exeat-control.dll")];

    public async Task StartAsync()
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Config, string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: exeat/v1
            kind: Control
            data: data
            listen: {people: ["127.0.0.1:{{people}}"], gateways: ["127.0.0.1:{{gateways}}"]}

            """));
        _process = await LabProcess.StartAsync([.. Program, "--config", Config], Path.Combine(folder, "control.log"), TimeSpan.FromSeconds(20));
    }

    /// <summary>Logs in; at the first start with the one-time password, which is changed.</summary>
    public async Task LoginAsync()
    {
        string first = Path.Combine(Data, "first-login.txt");
        string given = File.Exists(first) && _http.DefaultRequestHeaders.Authorization is null ? File.ReadAllText(first).Trim().Split(' ')[1] : Password;
        JsonNode session = (await PostAsync("sessions", new JsonObject { ["user"] = "admin", ["password"] = given }))!;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)session["token"]!);
        if (given == Password) return;
        await PostAsync("whoami/password", new JsonObject { ["current"] = given, ["new"] = Password });
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(path))!;

    /// <summary>Whether there is such a thing.</summary>
    public async Task<bool> HasAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound, $"{path}: {answer.StatusCode}");
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Posts what control has to refuse, and says by which word.</summary>
    public async Task<string> RefusedAsync(string path, JsonNode body)
    {
        using HttpResponseMessage answer = await _http.PostAsync(path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.False(answer.IsSuccessStatusCode, $"{path}: {text}");
        return ((string)JsonNode.Parse(text)!["type"]!).Split(':')[^1];
    }

    /// <summary>Runs the program beside the one that runs: backup or restore.</summary>
    public async Task DoAsync(string verb, string file)
    {
        Finished done = await Subprocess.RunAsync([.. Program, verb, file, "--config", Config], TimeSpan.FromSeconds(30));
        Assert.True(done.Succeeded, done.Output + done.Errors);
    }

    public Task<JsonNode?> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        using HttpResponseMessage answer = await _http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}; control said:\n{Process.LastWords()}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>Waits until control says something of a gateway.</summary>
    public async Task<JsonNode> UntilAsync(string gateway, Predicate<JsonNode> holds, string otherwise)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            JsonNode now = await GetAsync($"gateways/{gateway}");
            if (holds(now)) return now;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"{otherwise}: {now.ToJsonString(Readable)}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    /// <summary>Makes a token and hands it to the link of a lab.</summary>
    public async Task EnrolAsync(LinkedLab lab)
    {
        JsonNode made = (await PostAsync($"gateways/{lab.Id}/enrolment", new JsonObject()))!;
        await lab.EnrolAsync(GatewaysUrl, (string)made["token"]!);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null) await _process.DisposeAsync();
    }

    private static JsonSerializerOptions Readable { get; } = new() { WriteIndented = true };
}
