using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Exeat.Api;
using Exeat.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Management;

/// <summary>
/// Answers people and tools on the management side: everything on the Unix socket, metrics and health on the metrics address. It reads and changes nothing, runs on threads of
/// its own, and whatever befalls it is logged and tried again: the data path does not notice.
/// </summary>
internal sealed class ManagementServer(GatewayManagement where, Func<GatewayStatus> look, Func<GatewayStatus> lookCloser, Func<string> metrics, TimeProvider time, ILogger log)
{
    // A scraper, a few people: each limit is ten times that, so that neither can hold the gateway's memory or threads.
    internal const int MaxConnections = 32, MaxLineBytes = 1024, MaxHeaderBytes = 8 * 1024, MaxHeaders = 32;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(5), IdleTimeout = TimeSpan.FromSeconds(30), Again = TimeSpan.FromSeconds(30), StopTimeout = TimeSpan.FromSeconds(1);

    // The text format of Prometheus.
    private const string MetricsType = "text/plain; version=0.0.4; charset=utf-8";

    private long _local, _remote;

    /// <summary>Serves until stopped; never throws.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (where.Socket is null && where.Metrics is null) return;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                log.NotServed((int)Again.TotalSeconds, failure.Message);
                await Task.Delay(Again, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        // Empty: no settings from files or the environment, no logging of requests, nothing but what follows.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = Bind);
        WebApplication application = builder.Build();
        await using (application.ConfigureAwait(false))
        {
            application.Run(AnswerAsync);
            await application.StartAsync(stop).ConfigureAwait(false);
            if (where.Socket is { } path) log.Served(path);
            if (where.Metrics is { } address) log.Served(address.ToString());
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var limit = new CancellationTokenSource(StopTimeout, time);
            await application.StopAsync(limit.Token).ConfigureAwait(false);
        }
    }

    private void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        KestrelServerLimits limits = options.Limits;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxRequestLineSize = MaxLineBytes;
        limits.MaxRequestBufferSize = MaxHeaderBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestBodySize = 0;
        limits.RequestHeadersTimeout = HeadersTimeout;
        limits.KeepAliveTimeout = IdleTimeout;
        if (where.Socket is { } path) options.ListenUnixSocket(path, o => o.Protocols = HttpProtocols.Http1);
        if (where.Metrics is { } metrics) options.Listen(metrics.Address.ToIPAddress(), metrics.Port, o => o.Protocols = HttpProtocols.Http1);
    }

    private static Socket Bind(EndPoint endpoint) =>
        endpoint is UnixDomainSocketEndPoint unix ? SocketPath.Bind(unix.ToString()!) : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

    private async Task AnswerAsync(HttpContext context)
    {
        bool isLocal = context.Connection.LocalIpAddress is null;
        _ = isLocal ? Interlocked.Increment(ref _local) : Interlocked.Increment(ref _remote);
        try
        {
            (int code, string type, string text) = HttpMethods.IsGet(context.Request.Method) ? Answer(context.Request.Path.Value ?? "", isLocal) : (405, "text/plain", "only GET\n");
            context.Response.StatusCode = code;
            context.Response.ContentType = type;
            await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Who asked has gone.
        }
        catch (Exception failure)
        {
            log.AnswerFailed(failure.Message);
            if (!context.Response.HasStarted) context.Response.StatusCode = 500;
        }
    }

    private string RequestsText() => string.Create(CultureInfo.InvariantCulture, $"""
        # HELP exeat_management_requests_total Requests to the management side, this one included.
        # TYPE exeat_management_requests_total counter
        exeat_management_requests_total{Of("socket")} {Volatile.Read(ref _local)}
        exeat_management_requests_total{Of("address")} {Volatile.Read(ref _remote)}

        """);

    private static string Of(string listener) => "{listener=\"" + listener + "\"}";

    /// <summary>Status and content of one answer. What only the socket gives looks absent from elsewhere.</summary>
    internal (int Code, string Type, string Text) Answer(string path, bool isLocal)
    {
        switch (path)
        {
            case "/v1/status" when isLocal:
                return (200, "application/json", JsonSerializer.Serialize(lookCloser(), ApiJson.Default.GatewayStatus));
            case "/v1/health" when isLocal:
                return (200, "application/json", JsonSerializer.Serialize(GatewayHealth.Of(look()), ApiJson.Default.GatewayHealth));
            case "/metrics":
                return (200, MetricsType, metrics() + RequestsText());
            case "/healthz":
                return (200, "text/plain", "alive\n");
            case "/readyz":
                return GatewayHealth.Of(look()).Ready ? (200, "text/plain", "ready\n") : (503, "text/plain", "not as declared: exeat status says what\n");
            default:
                return (404, "text/plain", "not here\n");
        }
    }
}
