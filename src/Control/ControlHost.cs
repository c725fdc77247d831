using System.Text.Json.Serialization;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Alerts;
using Exeat.Control.Export;
using Exeat.Control.Flows;
using Exeat.Control.Gateways;
using Exeat.Control.Gateways.Certificates;
using Exeat.Control.Gateways.Door;
using Exeat.Control.Http;
using Exeat.Control.Metrics;
using Exeat.Control.People;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Exeat.Control;

/// <summary>Control as a whole: its folder, its database, its two listeners, and one line for each area.</summary>
internal sealed class ControlHost : IAsyncDisposable
{
    private readonly FolderLock _lock;
    private readonly WebApplication _app;

    private ControlHost(FolderLock folder, WebApplication app) => (_lock, _app) = (folder, app);

    /// <summary>The areas' parts, for tests.</summary>
    public IServiceProvider Parts => _app.Services;

    /// <summary>Every endpoint, for tests.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>Where it listens, once started: people's addresses, then gateways'.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(text => new Uri(text))];

    /// <summary>Locks the folder, brings the database up and starts to answer.</summary>
    public static async Task<ControlHost> StartAsync(ControlDocument control, TimeProvider time, Action<ILoggingBuilder> logging, PasswordHash? passwords = null, TimeSpan? handshakeWithin = null)
    {
        FolderLock folder = FolderLock.Take(control.DataFolder);
        WebApplication? app = null;
        try
        {
            app = Build(control, time, logging, passwords ?? new PasswordHash(), handshakeWithin ?? Listeners.HandshakeWithin);
            await app.StartAsync();
            var host = new ControlHost(folder, app);
            await host.SayReadyAsync(control);
            return host;
        }
        catch (Exception failed)
        {
            if (app is not null) await app.DisposeAsync();
            folder.Dispose();
            if (failed is IOException) throw new ControlFailure(3, $"control cannot listen ({failed.Message.TrimEnd('.')}): free the port, or write others under listen");
            throw;
        }
    }

    /// <summary>Answers until SIGTERM or SIGINT.</summary>
    public Task WaitAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        ILogger log = Log(_app);
        await _app.StopAsync();
        log.Stopped();
        await _app.DisposeAsync();
        _lock.Dispose();
    }

    private static WebApplication Build(ControlDocument control, TimeProvider time, Action<ILoggingBuilder> logging, PasswordHash passwords, TimeSpan handshakeWithin)
    {
        // Empty: no settings but those of our document, no environment variables of the framework.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production, ContentRootPath = control.DataFolder });
        logging(builder.Logging.AddFilter("Microsoft", LogLevel.Warning));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listeners.Configure(kestrel, control, handshakeWithin));
        IServiceCollection parts = builder.Services;
        parts.AddRoutingCore();
        parts.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ControlJson.Default);
        });
        parts.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        parts.AddSingleton(time).AddSingleton(control).AddSingleton(control.Limits).AddSingleton(passwords).AddSingleton(new StartTime(time.GetUtcNow()));
        parts.AddSingleton(_ => Database.At(control.DataFolder, time)).AddSingleton<AuditLog>().AddSingleton<PeopleCertificate>();
        ApiDescription.Add(parts);
        // One line for each area.
        PeopleParts.Add(parts);
        PolicyParts.Add(parts);
        GatewayParts.Add(parts);
        AlertParts.Add(parts);
        ExportParts.Add(parts);
        FlowsParts.Add(parts);
        MetricsParts.Add(parts);

        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<Database>();
        app.UseMiddleware<PlainHeaders>();
        app.UseMiddleware<ProblemAnswers>();
        app.UseRouting();
        app.UseMiddleware<Guard>();
        app.UseMiddleware<RepeatedRequests>();
        MapAreas(app);
        if (Permissions.Unstated(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)).ToArray() is { Length: > 0 } unstated)
            throw new InvalidOperationException($"endpoints that do not state who may use them: {string.Join(", ", unstated)}");
        return app;
    }

    private static void MapAreas(WebApplication app)
    {
        ApiDescription.Map(app);
        RouteGroupBuilder api = app.MapGroup("/api/v1").AddEndpointFilter(app.Services.GetRequiredService<Admission>());
        SystemEndpoints.Map(api);
        // One line for each area.
        PeopleEndpoints.Map(api);
        PolicyEndpoints.Map(api);
        GatewayEndpoints.Map(api);
        AgentEndpoints.Map(api);
        LinkEndpoints.Map(app);
        AlertsEndpoints.Map(api);
        ForwardingEndpoints.Map(api);
        FlowEndpoints.Map(api);
        MetricsEndpoints.Map(api);
    }

    private async Task SayReadyAsync(ControlDocument control)
    {
        ILogger log = Log(_app);
        if (await _app.Services.GetRequiredService<Accounts>().MakeFirstAsync(CancellationToken.None) is { } first)
        {
            FirstLogin file = _app.Services.GetRequiredService<FirstLogin>();
            file.Write(first.User, first.Password);
            log.FirstAccount(first.User, file.Path);
        }
        log.Ready(string.Join(' ', control.People), string.Join(' ', control.Gateways), _app.Services.GetRequiredService<PeopleCertificate>().Fingerprint);
    }

    private static ILogger Log(WebApplication app) => app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("control");
}
