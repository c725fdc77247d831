using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Control.Tests;

/// <summary>A real control on loopback with a folder of its own, a clock that tests move, and cheap password hashes.</summary>
internal sealed class ControlFixture : IAsyncDisposable
{
    private readonly List<HttpClient> _clients = [];
    private readonly TimeProvider? _clock;
    private readonly TimeSpan? _handshakeWithin;

    private ControlFixture(string folder, FakeTimeProvider time, ControlDocument document, TimeProvider? clock, TimeSpan? handshakeWithin) => (Folder, Time, Document, _clock, _handshakeWithin) = (folder, time, document, clock, handshakeWithin);

    public string Folder { get; }

    public FakeTimeProvider Time { get; }

    public ControlDocument Document { get; }

    public ControlHost Host { get; private set; } = null!;

    /// <summary>What people pin.</summary>
    public string Fingerprint => Host.Parts.GetRequiredService<PeopleCertificate>().Fingerprint;

    /// <summary>The one-time password of the first account.</summary>
    public string FirstPassword { get; private set; } = "";

    /// <summary>The file that has it until there is another.</summary>
    public string FirstLogin => Path.Combine(Folder, "first-login.txt");

    /// <summary>A folder in memory where there is one: a database that is synced at every commit waits for the disk otherwise.</summary>
    public static string NewFolder()
    {
        string folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"exeat-control-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>With <paramref name="clock"/> instead of the one that tests move, when something is measured. Handshakes go by the system's clock, whichever it is.</summary>
    public static async Task<ControlFixture> StartAsync(Func<ControlDocument, ControlDocument>? with = null, TimeProvider? clock = null, TimeSpan? handshakeWithin = null)
    {
        string folder = NewFolder();
        _ = Address.TryParse("127.0.0.1", out Address loopback);
        var document = new ControlDocument { DataFolder = folder, People = [new AddressAndPort(loopback, 0)], Gateways = [new AddressAndPort(loopback, 0)] };
        var fixture = new ControlFixture(folder, new FakeTimeProvider(new DateTimeOffset(2027, 1, 4, 9, 0, 0, TimeSpan.Zero)), with?.Invoke(document) ?? document, clock, handshakeWithin);
        await fixture.StartHostAsync();
        return fixture;
    }

    public Task RestartAsync() => JumpAsync(TimeSpan.Zero);

    /// <summary>Lets much time pass while control is stopped: each timer of a running one would tick through all of it.</summary>
    public async Task JumpAsync(TimeSpan time)
    {
        await Host.DisposeAsync();
        Time.Advance(time);
        await StartHostAsync();
    }

    /// <summary>After its host was ended by the test.</summary>
    public Task RestartedAsync() => StartHostAsync();

    /// <summary>A client of the people's listener, without a login.</summary>
    public HttpClient Nobody(int address = 0)
    {
        // As people do: the fingerprint that control printed is pinned. The gateways' door has a certificate of its own making.
        string pinned = Fingerprint;
        var connections = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        connections.SslOptions.RemoteCertificateValidationCallback = (_, seen, _, _) => address > 0 || (seen is X509Certificate2 known && ControlTrust.FingerprintOf(known) == pinned);
        var client = new HttpClient(connections) { BaseAddress = new Uri(Host.Addresses[address], "/") };
        _clients.Add(client);
        return client;
    }

    /// <summary>A client that sends this secret.</summary>
    public HttpClient With(string secret)
    {
        HttpClient client = Nobody();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    /// <summary>A client with a token that has just these roles.</summary>
    public HttpClient WithRoles(params string[] roles) => With(Token(roles));

    /// <summary>The secret of a new token with these roles.</summary>
    public string Token(params string[] roles) => Host.Parts.GetRequiredService<Tokens>().Create(Actor.Control, new NewToken($"t-{Guid.NewGuid():n}", roles, 30)).Secret;

    /// <summary>The first account after it has set a password of its own.</summary>
    public async Task<HttpClient> AdminAsync(string password = "four dogs and a hat")
    {
        HttpClient first = With((await LoginAsync("admin", FirstPassword)).Token);
        HttpResponseMessage changed = await first.PostAsJsonAsync("api/v1/whoami/password", new PasswordChange(FirstPassword, password), ControlJson.Default.PasswordChange);
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        return first;
    }

    /// <summary>The kind of problem of an answer, after its status.</summary>
    public static async Task<string> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal(ApiProblem.MediaType, answer.Content.Headers.ContentType?.MediaType);
        ApiProblem problem = (await answer.Content.ReadFromJsonAsync(ControlJson.Default.ApiProblem))!;
        Assert.Equal((int)answer.StatusCode, problem.Status);
        Assert.NotEmpty(problem.Remedy);
        return $"{problem.Status} {problem.Type[ApiProblem.TypePrefix.Length..]}";
    }

    public async Task<Session> LoginAsync(string user, string password)
    {
        HttpResponseMessage answer = await Nobody().PostAsJsonAsync("api/v1/sessions", new Login(user, password), ControlJson.Default.Login);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(ControlJson.Default.Session))!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HttpClient client in _clients) client.Dispose();
        await Host.DisposeAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    private async Task StartHostAsync()
    {
        Host = await ControlHost.StartAsync(Document, _clock ?? Time, _ => { }, new PasswordHash(64, 1), _handshakeWithin);
        if (File.Exists(FirstLogin)) FirstPassword = (await File.ReadAllTextAsync(FirstLogin)).Trim().Split(' ')[1];
    }
}
