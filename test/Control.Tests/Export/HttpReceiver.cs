using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Export;

/// <summary>A web server on loopback that keeps what it got and answers as the test says.</summary>
internal sealed class HttpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Path, Dictionary<string, string> Headers, byte[] Body)> Got { get; } = new();

    /// <summary>The answer to the request of this number, from 0.</summary>
    public Func<int, HttpResponse, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public int Port => new Uri(Url).Port;

    public static async Task<HttpReceiver> StartAsync(TestAuthority? authority = null, bool v6 = false)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(v6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0, listen =>
        {
            if (authority is not null) listen.UseHttps(authority.Certificate);
        }));
        WebApplication app = builder.Build();
        var receiver = new HttpReceiver(app);
        int count = 0;
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            receiver.Got.Enqueue((context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
            await receiver.Answer(Interlocked.Increment(ref count) - 1, context.Response);
        });
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
