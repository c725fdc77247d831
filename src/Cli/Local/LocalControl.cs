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
    /// <summary>Its first account, which has every role.</summary>
    public const string User = "admin";

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

    /// <summary>The file with the password of its first account.</summary>
    public string PasswordFile => Path.Combine(_folder, "admin-password.txt");

    /// <summary>SHA-256 of its key, as people compare it.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>The last lines that it said.</summary>
    public string LastWords() => _program.LastWords();

    /// <summary>Fails with what to do when a port of loopback is taken.</summary>
    public static void RequireFree(int port, string option)
    {
        if (port == 0) return;
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException taken)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, string.Create(CultureInfo.InvariantCulture, $"port {port} of 127.0.0.1 cannot be used ({taken.Message.TrimEnd('.')}): is a control running on this machine already? {option} 0 takes a free port"));
        }
    }

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
        await EnrolAsync(gateway, config, state, stop);
        return await StartLinkAsync(config, state, stop);
    }

    /// <summary>Makes a gateway of this machine known.</summary>
    public async Task EnrolAsync(string gateway, string config, string state, CancellationToken stop)
    {
        EnrolmentAnswer made = await PostAsync<object?, EnrolmentAnswer>($"gateways/{gateway}/enrolment", null, null, FleetJson.Default.EnrolmentAnswer, stop);
        string url = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{_gateways}");
        Finished enrolled = await Subprocess.RunAsync([.. Programs.Beside("exeat-link"), "enrol", "--config", config, "--state", state, "--control", url, "--token", "-"], TimeSpan.FromSeconds(30), made.Token + "\n");
        if (!enrolled.Succeeded) throw new CommandFailure(ExitCode.EnvironmentLacks, $"the gateway could not be enrolled: {enrolled.LastLine}");
    }

    /// <summary>Starts the link of an enrolled gateway.</summary>
    public Task<LocalProgram> StartLinkAsync(string config, string state, CancellationToken stop) =>
        LocalProgram.StartAsync("exeat-link", Path.Combine(_folder, "link.log"), ["--config", config, "--state", state], stop);

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

    // The one-time password of the first start becomes one that the folder keeps: it is the person's own machine. It is kept before control has it: a command that was killed in
    // between finds the one-time password still good.
    private async Task LoginAsync(CancellationToken stop)
    {
        Fingerprint = ControlTrust.FingerprintOf(X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(Path.Combine(_folder, "data", "tls", "people.crt"), stop)));
        bool isFirst = !File.Exists(PasswordFile);
        if (isFirst) await WritePasswordAsync(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        string kept = (await File.ReadAllTextAsync(PasswordFile, stop)).Trim(), first = Path.Combine(_folder, "data", "first-login.txt");
        string? once = File.Exists(first) ? (await File.ReadAllTextAsync(first, stop)).Trim().Split(' ')[^1] : null;
        (Session Session, string Password) login =
            !isFirst && await TryLoginAsync(kept, stop) is { } known ? (known, kept)
            : once is not null && await TryLoginAsync(once, stop) is { } fresh ? (fresh, once)
            : throw new CommandFailure(ExitCode.EnvironmentLacks, $"control in {_folder} does not take the password in {PasswordFile}: somebody gave {User} another one; write it into that file, or take another --dir");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.Session.Token);
        if (!login.Session.MustChangePassword) return;
        using HttpResponseMessage changed = await _http.PostAsync("whoami/password", JsonContent.Create(new PasswordChange(login.Password, kept), ControlJson.Default.PasswordChange), stop);
        if (!changed.IsSuccessStatusCode) throw new CommandFailure(ExitCode.OurFault, $"control does not take a password: {(int)changed.StatusCode}");
    }

    private async Task<Session?> TryLoginAsync(string password, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.PostAsync("sessions", JsonContent.Create(new Login(User, password), ControlJson.Default.Login), stop);
        if (answer.StatusCode == HttpStatusCode.Unauthorized) return null;
        if (!answer.IsSuccessStatusCode) throw new CommandFailure(ExitCode.OurFault, $"control answers {(int)answer.StatusCode} to a login");
        return await answer.Content.ReadFromJsonAsync(ControlJson.Default.Session, stop);
    }

    private async Task WritePasswordAsync(string password)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        await using var file = new StreamWriter(PasswordFile, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await file.WriteLineAsync(password);
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
