using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization.Metadata;
using Exeat.Api.Control;
using Exeat.Lab.Topology;

namespace Exeat.Cli;

/// <summary>A control of this machine that a command starts, on loopback, and the links that it lets gateways of this machine have.</summary>
internal sealed class LocalControl : IAsyncDisposable
{
    private const string User = "admin";

    private readonly string _folder;
    private readonly HttpClient _http;
    private readonly int _gateways;
    private readonly LocalProgram _program;

    private LocalControl(string folder, int people, int gateways, LocalProgram program)
    {
        (_folder, _gateways, _program) = (folder, gateways, program);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{people}/"));
        string certificate = Path.Combine(folder, "data", "tls", "people.crt");
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                // Exactly the certificate that lies in the folder that we gave it.
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 one && File.Exists(certificate)
                    && one.RawData.AsSpan().SequenceEqual(X509Certificate2.CreateFromPem(File.ReadAllText(certificate)).RawData),
            },
        })
        { BaseAddress = new Uri(Address, "api/v1/") };
    }

    /// <summary>Where people find it.</summary>
    public Uri Address { get; }

    /// <summary>Ends when it does.</summary>
    public Task Ended => _program.Ended;

    /// <summary>The file with the name and password of its one account.</summary>
    public string LoginFile => Path.Combine(_folder, "login.txt");

    /// <summary>Starts it over a folder, on ports that are free where none are named, and logs in.</summary>
    public static async Task<LocalControl> StartAsync(string folder, int people, int gateways, CancellationToken stop)
    {
        (people, gateways) = (people == 0 ? FreePort() : people, gateways == 0 ? FreePort() : gateways);
        string config = Path.Combine(folder, "control.yaml");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: exeat/v1
            kind: Control
            data: data
            listen: {people: ["127.0.0.1:{{people}}"], gateways: ["127.0.0.1:{{gateways}}"]}

            """), stop);
        LocalProgram program = await LocalProgram.StartAsync("exeat-control", Path.Combine(folder, "control.log"), ["--config", config], stop);
        var control = new LocalControl(folder, people, gateways, program);
        try
        {
            await control.LoginAsync(stop);
            return control;
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets a gateway of this machine have a link, over a folder of its own.</summary>
    public async Task<LocalProgram> LinkAsync(string gateway, string config, string state, CancellationToken stop)
    {
        EnrolmentAnswer made = await PostAsync<object?, EnrolmentAnswer>($"gateways/{gateway}/enrolment", null, null, FleetJson.Default.EnrolmentAnswer, stop);
        string url = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{_gateways}");
        Finished enrolled = await Subprocess.RunAsync([.. Programs.Beside("exeat-link"), "enrol", "--config", config, "--state", state, "--control", url, "--token", "-"], TimeSpan.FromSeconds(30), made.Token + "\n");
        if (!enrolled.Succeeded) throw new CommandFailure(ExitCode.EnvironmentLacks, $"the gateway could not be enrolled: {enrolled.LastLine}");
        return await LocalProgram.StartAsync("exeat-link", Path.Combine(_folder, "link.log"), ["--config", config, "--state", state], stop);
    }

    /// <summary>What it knows of a gateway.</summary>
    public async Task<GatewaySummary> GatewayAsync(string gateway, CancellationToken stop) =>
        await _http.GetFromJsonAsync($"gateways/{gateway}", FleetJson.Default.GatewaySummary, stop) ?? throw new CommandFailure(ExitCode.OurFault, "control answers nothing");

    /// <summary>Waits until it says something of a gateway; what it said last.</summary>
    public async Task<GatewaySummary> UntilAsync(string gateway, Predicate<GatewaySummary> holds, TimeSpan most, CancellationToken stop)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            GatewaySummary now = await GatewayAsync(gateway, stop);
            if (holds(now) || TimeProvider.System.GetElapsedTime(began) > most) return now;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _program.DisposeAsync();
    }

    // The one-time password of the first start becomes one that the folder keeps: it is the person's own machine.
    private async Task LoginAsync(CancellationToken stop)
    {
        string first = Path.Combine(_folder, "data", "first-login.txt");
        string password = File.Exists(LoginFile) ? (await File.ReadAllTextAsync(LoginFile, stop)).Trim().Split(' ')[1] : (await File.ReadAllTextAsync(first, stop)).Trim().Split(' ')[1];
        Session session = await PostAsync("sessions", new Login(User, password), ControlJson.Default.Login, ControlJson.Default.Session, stop);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.Token);
        if (!session.MustChangePassword) return;
        string next = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        using HttpResponseMessage changed = await _http.PostAsync("whoami/password", JsonContent.Create(new PasswordChange(password, next), ControlJson.Default.PasswordChange), stop);
        if (!changed.IsSuccessStatusCode) throw new CommandFailure(ExitCode.OurFault, $"control does not take a password: {(int)changed.StatusCode}");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new StreamWriter(LoginFile, options);
        await file.WriteLineAsync($"{User} {next}");
    }

    private async Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody>? bodyType, JsonTypeInfo<TAnswer> type, CancellationToken stop)
    {
        using HttpContent? content = bodyType is null ? null : JsonContent.Create(body, bodyType);
        using HttpResponseMessage answer = await _http.PostAsync(path, content, stop);
        if (!answer.IsSuccessStatusCode) throw new CommandFailure(ExitCode.OurFault, $"control answers {(int)answer.StatusCode} to {path}");
        return await answer.Content.ReadFromJsonAsync(type, stop) ?? throw new CommandFailure(ExitCode.OurFault, $"control answers nothing to {path}");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
