using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Exeat.Api.Control;
using Exeat.Control.Gateways.Door;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Gateways;

/// <summary>What slow, broken and hostile senders at the gateways' door take from others: nothing.</summary>
public sealed class SlowGatewaysTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // More than may be stored at once, several times over.
    private const int Slow = 12;

    [Fact]
    public async Task Gateways_that_send_slowly_hold_nobody_up_and_are_ended()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        GatewayShares shares = control.Host.Parts.GetRequiredService<GatewayShares>();
        GatewayBodies bodies = control.Host.Parts.GetRequiredService<GatewayBodies>();
        var slow = new List<Stream>();
        try
        {
            for (int i = 0; i < Slow; i++)
            {
                using LinkSide link = await LinkSide.EnrolAsync(control, $"slow-{i}");
                Stream line = await DialAsync(control, link.Own);
                slow.Add(line);
                await line.WriteAsync(Encoding.ASCII.GetBytes($"POST /gateway/v1/records HTTP/1.1\r\nHost: control\r\n{LinkProtocol.Header}: 1\r\nContent-Length: 1000000\r\n\r\n{{"));
            }
            await UntilAsync(() => bodies.Held > 0 && shares.Count == Slow);
            using LinkSide honest = await LinkSide.EnrolAsync(control, "honest");
            HttpResponseMessage answer = await honest.ShipAsync("{}\n").WaitAsync(Patience, TimeProvider.System);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(Slow, shares.Count);

            control.Time.Advance(GatewayBodies.Grace + TimeSpan.FromSeconds(1));
            foreach (Stream line in slow) Assert.StartsWith("HTTP/1.1 408 ", await FirstLineAsync(line), StringComparison.Ordinal);
            await UntilAsync(() => shares.Count == 0 && bodies.Held == 0);
        }
        finally
        {
            foreach (Stream line in slow) await line.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_newer_batch_of_the_same_gateway_takes_the_place_of_the_one_that_hangs()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control);
        await using Stream line = await DialAsync(control, link.Own);
        await line.WriteAsync(Encoding.ASCII.GetBytes($"POST /gateway/v1/records HTTP/1.1\r\nHost: control\r\n{LinkProtocol.Header}: 1\r\nContent-Length: 1000\r\n\r\n{{"));
        GatewayShares shares = control.Host.Parts.GetRequiredService<GatewayShares>();
        await UntilAsync(() => shares.Count == 1);
        Assert.Equal(HttpStatusCode.OK, (await link.ShipAsync("{}\n")).StatusCode);
        Assert.StartsWith("HTTP/1.1 409 ", await FirstLineAsync(line), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_question_for_what_is_desired_ends_the_older_of_this_gateway_only()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control), other = await LinkSide.EnrolAsync(control, "gw-2");
        string revision = System.Text.Json.JsonSerializer.Deserialize(await link.Http.GetStringAsync("gateway/v1/desired?have=&wait=0"), LinkJson.Default.DesiredState)!.Revision;
        GatewayShares shares = control.Host.Parts.GetRequiredService<GatewayShares>();
        Task<HttpResponseMessage> older = link.Http.GetAsync($"gateway/v1/desired?have={revision}&wait=60"), elsewhere = other.Http.GetAsync($"gateway/v1/desired?have={revision}&wait=60");
        await UntilAsync(() => shares.Count == 2);
        Task<HttpResponseMessage> newer = link.Http.GetAsync($"gateway/v1/desired?have={revision}&wait=60");
        Assert.Equal("replaced", await LinkSide.WordAsync(await older.WaitAsync(Patience, TimeProvider.System)));
        Assert.False(elsewhere.IsCompleted);
        Assert.False(newer.IsCompleted);
    }

    [Fact]
    public void What_is_being_stored_gives_way_to_nobody()
    {
        var shares = new GatewayShares();
        using OnlyRequest first = shares.TakeOnly("gw-1", "records", CancellationToken.None);
        using (OnlyRequest second = shares.TakeOnly("gw-1", "records", CancellationToken.None))
        {
            Assert.True(first.GaveWay && first.Ended.IsCancellationRequested);
            Assert.Equal("replaced", Assert.Throws<Control.Http.Refused>(first.Keep).Word);
            second.Keep();
            Assert.Equal("too-many", Assert.Throws<Control.Http.Refused>(() => shares.TakeOnly("gw-1", "records", CancellationToken.None)).Word);
            using OnlyRequest other = shares.TakeOnly("gw-2", "records", CancellationToken.None);
        }
        using OnlyRequest third = shares.TakeOnly("gw-1", "records", CancellationToken.None);
        Assert.False(third.GaveWay);
    }

    [Fact]
    public async Task Strangers_have_a_small_body_few_places_and_a_pace()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using var nobody = new LinkSide(control, null);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await nobody.EnrolAsync(new EnrolRequest("gw-1", "t", "r", "0.1.0", new string('a', LinkProtocol.MaxEnrolmentBytes)))).StatusCode);
        var slow = new List<Stream>();
        try
        {
            for (int i = 0; i < EnrolmentThrottle.AtOnceOfSource; i++)
            {
                Stream line = await DialAsync(control, null);
                slow.Add(line);
                await line.WriteAsync(Encoding.ASCII.GetBytes($"POST /gateway/v1/enrol HTTP/1.1\r\nHost: control\r\n{LinkProtocol.Header}: 1\r\nContent-Length: 1000\r\n\r\n{{"));
            }
            GatewayBodies bodies = control.Host.Parts.GetRequiredService<GatewayBodies>();
            await UntilAsync(() => bodies.Held >= 2 * 16 << 10);
            Assert.Equal("too-many", await LinkSide.WordAsync(await nobody.EnrolAsync(new EnrolRequest("gw-1", "t", "r", "0.1.0"))));
            control.Time.Advance(GatewayBodies.Grace + TimeSpan.FromSeconds(1));
            foreach (Stream line in slow) Assert.StartsWith("HTTP/1.1 408 ", await FirstLineAsync(line), StringComparison.Ordinal);
        }
        finally
        {
            foreach (Stream line in slow) await line.DisposeAsync();
        }
        using LinkSide honest = await LinkSide.EnrolAsync(control);
        Assert.Equal("", await honest.RefusalAsync());
    }

    [Fact]
    public async Task Who_guesses_tokens_is_stopped_for_a_minute()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using var nobody = new LinkSide(control, null);
        for (int i = 0; i < EnrolmentThrottle.WrongPerMinuteOfSource; i++)
            Assert.Equal("token-refused", await LinkSide.WordAsync(await nobody.EnrolAsync(new EnrolRequest("gw-1", $"guess {i}", "r", "0.1.0"))));
        Assert.Equal("too-many", await LinkSide.WordAsync(await nobody.EnrolAsync(new EnrolRequest("gw-1", "guess", "r", "0.1.0"))));
        await control.JumpAsync(TimeSpan.FromMinutes(1));
        // What succeeds counts for nothing.
        for (int i = 0; i <= EnrolmentThrottle.WrongPerMinuteOfSource; i++) (await LinkSide.EnrolAsync(control, $"gw-{i}")).Dispose();
    }

    [Fact]
    public void Memory_for_bodies_ends_and_comes_back()
    {
        var bodies = new GatewayBodies(TimeProvider.System);
        var held = new List<GatewayBody>();
        void Fill()
        {
            var body = new GatewayBody(bodies);
            body.Grow(4 << 20, 4 << 20);
            held.Add(body);
        }
        while (bodies.Held + (4 << 20) <= GatewayBodies.MaxBytes) Fill();
        Assert.Equal("busy", Assert.Throws<Control.Http.Refused>(Fill).Word);
        foreach (GatewayBody body in held) body.Dispose();
        Assert.Equal(0, bodies.Held);
    }

    private static async Task<Stream> DialAsync(ControlFixture control, X509Certificate2? own)
    {
        Uri at = control.Host.Addresses[1];
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(at.Host, at.Port);
        var line = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await line.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "control",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        });
        return line;
    }

    private static async Task<string> FirstLineAsync(Stream line)
    {
        using var reader = new StreamReader(line, leaveOpen: true);
        return await reader.ReadLineAsync().WaitAsync(Patience, TimeProvider.System) ?? "";
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "it never came to that");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
