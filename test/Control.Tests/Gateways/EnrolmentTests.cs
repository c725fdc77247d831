using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Gateways;
using Exeat.Control.Gateways.Certificates;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Gateways;

/// <summary>Who becomes a gateway, and how long a certificate of it counts.</summary>
public sealed class EnrolmentTests
{
    [Fact]
    public async Task A_token_is_good_once_for_its_gateway_and_its_hour()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        GatewayBook book = LinkSide.Book(control);
        using var nobody = new LinkSide(control, null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        EnrolRequest With(EnrolmentToken token, string? gateway = null) => new(gateway ?? token.Gateway, token.Secret, LinkSide.Request(key), "0.1.0");

        (EnrolmentToken token, _) = book.MakeToken(LinkSide.Operator, "gw-1");
        book.MakeToken(LinkSide.Operator, "gw-2");
        Assert.Equal(HttpStatusCode.Forbidden, (await nobody.EnrolAsync(With(token, "gw-2"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.EnrolAsync(With(token))).StatusCode);
        Assert.Equal("token-refused", await LinkSide.WordAsync(await nobody.EnrolAsync(With(token))));

        // Another token takes the one before away, used or not.
        (EnrolmentToken first, _) = book.MakeToken(LinkSide.Operator, "gw-3");
        (EnrolmentToken late, _) = book.MakeToken(LinkSide.Operator, "gw-3");
        Assert.Equal(HttpStatusCode.Forbidden, (await nobody.EnrolAsync(With(first))).StatusCode);
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayBook.TokenLife);
        Assert.Equal(HttpStatusCode.Forbidden, (await nobody.EnrolAsync(With(late))).StatusCode);
    }

    [Fact]
    public async Task The_secret_of_a_token_is_nowhere_in_the_data_folder()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        (EnrolmentToken token, _) = LinkSide.Book(control).MakeToken(LinkSide.Operator, "gw-1");
        foreach (string file in Directory.EnumerateFiles(control.Folder, "control.db*")) Assert.DoesNotContain(token.Secret, System.Text.Encoding.Latin1.GetString(ReadShared(file)), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(control.Folder, GatewayAuthority.Folder, "gateways.key")));
    }

    [Fact]
    public async Task A_revoked_gateway_is_refused_at_its_next_request_on_the_same_connection_and_comes_back_with_a_token()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control), other = await LinkSide.EnrolAsync(control, "gw-2");
        Assert.Equal("", await link.RefusalAsync());
        // One that waits is woken and refused, and does not get what comes after.
        Task<HttpResponseMessage> waiting = link.Http.GetAsync("gateway/v1/desired?have=" + await RevisionAsync(link) + "&wait=60");
        LinkSide.Book(control).Revoke(LinkSide.Operator, "gw-1", "a test");
        Assert.Equal("certificate-revoked", await LinkSide.WordAsync(await waiting.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System)));
        Assert.Equal("certificate-revoked", await link.RefusalAsync());
        Assert.Equal("certificate-revoked", (await link.RenewAsync()).Word);
        Assert.Equal("certificate-revoked", await LinkSide.WordAsync(await link.ShipAsync("{}\n")));
        Assert.Equal("", await other.RefusalAsync());
        using LinkSide again = await LinkSide.EnrolAsync(control);
        Assert.Equal("", await again.RefusalAsync());
        // The old certificate does not come back with the gateway.
        Assert.Equal("certificate-replaced", await link.RefusalAsync());
    }

    [Theory, InlineData("renew"), InlineData("status"), InlineData("records")]
    public async Task Whoever_keeps_a_request_open_over_another_enrolment_or_a_revocation_gets_nothing_by_it(string what)
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide copied = await LinkSide.EnrolAsync(control);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string body = what switch
        {
            "renew" => JsonSerializer.Serialize(new RenewRequest(LinkSide.Request(key)), LinkJson.Default.RenewRequest),
            "status" => ReportTests.Golden(),
            _ => "{}\n",
        };
        HeldRequest held = await HeldRequest.BeginAsync(copied.Http, HttpMethod.Post, "gateway/v1/" + what, body);
        using LinkSide again = await LinkSide.EnrolAsync(control);
        Assert.Equal("certificate-replaced", await LinkSide.WordAsync(await held.EndAsync()));
        Assert.Equal("", await again.RefusalAsync());
        Assert.Equal(again.Own!.SerialNumber, LinkSide.Book(control).Find("gw-1")!.Serial);
        Assert.Null(LinkSide.Book(control).Find("gw-1")!.LastSeen);

        held = await HeldRequest.BeginAsync(again.Http, HttpMethod.Post, "gateway/v1/" + what, body);
        LinkSide.Book(control).Revoke(LinkSide.Operator, "gw-1", "a test");
        Assert.Equal("certificate-revoked", await LinkSide.WordAsync(await held.EndAsync()));
    }

    [Fact]
    public async Task A_certificate_is_renewed_or_taken_over_only_while_it_counts()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide first = await LinkSide.EnrolAsync(control);
        GatewayBook book = LinkSide.Book(control);
        GatewayRow before = book.Find("gw-1")!;
        using LinkSide second = await LinkSide.EnrolAsync(control);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal("certificate-replaced", Assert.Throws<Refused>(() => book.Renew(before, first.Own!.SerialNumber, LinkSide.Request(key))).Word);
        Assert.Equal("certificate-replaced", Assert.Throws<Refused>(() => book.Adopt(before, first.Own!)).Word);
        Assert.Equal(second.Own!.SerialNumber, book.Find("gw-1")!.Serial);
        using X509Certificate2 next = book.Renew(book.Find("gw-1")!, second.Own!.SerialNumber, LinkSide.Request(key));
        // The one before, whose link lost the answer, may ask again; not for ever.
        using X509Certificate2 repeated = book.Renew(book.Find("gw-1")!, second.Own!.SerialNumber, LinkSide.Request(key));
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayBook.PreviousCounts);
        Assert.Throws<Refused>(() => book.Renew(book.Find("gw-1")!, second.Own!.SerialNumber, LinkSide.Request(key)));
    }

    [Fact]
    public async Task Two_requests_that_take_the_same_certificate_over_are_both_served()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control);
        GatewayBook book = LinkSide.Book(control);
        GatewayRow before = book.Find("gw-1")!;
        control.Time.AdjustTime(control.Time.GetUtcNow() + TimeSpan.FromHours(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // As if this control were restored from before it signed it.
        using X509Certificate2 next = control.Host.Parts.GetRequiredService<GatewayAuthority>().Issue("gw-1", LinkSide.Request(key));
        book.Adopt(before, next);
        book.Adopt(before, next);
        Assert.Equal(next.SerialNumber, book.Find("gw-1")!.Serial);
        using SqliteConnection connection = control.Host.Parts.GetRequiredService<Database>().Open();
        Assert.Equal(1, connection.Scalar<long>("SELECT count(*) FROM audit WHERE action = 'gateway.adopt'"));
        Assert.Equal("certificate-replaced", Assert.Throws<Refused>(() => book.Adopt(before, link.Own!)).Word);
        book.Revoke(LinkSide.Operator, "gw-1", "a test");
        Assert.Throws<Refused>(() => book.Adopt(before, next));
    }

    [Fact]
    public async Task A_renewed_certificate_replaces_the_one_before_after_a_while()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide first = await LinkSide.EnrolAsync(control);
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayAuthority.GatewayLife * 0.7);
        (LinkSide? second, _) = await first.RenewAsync();
        Assert.Equal("", await second!.RefusalAsync());
        // Its answer may have got lost.
        Assert.Equal("", await first.RefusalAsync());
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayBook.PreviousCounts);
        Assert.Equal("certificate-replaced", await first.RefusalAsync());
        Assert.Equal("", await second.RefusalAsync());
        second.Dispose();
    }

    [Fact]
    public async Task A_certificate_that_ended_is_good_for_its_renewal_only_and_not_for_ever()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control), other = await LinkSide.EnrolAsync(control, "gw-2");
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayAuthority.GatewayLife + TimeSpan.FromSeconds(1));
        Assert.Equal("certificate-expired", await link.RefusalAsync());
        (LinkSide? next, _) = await link.RenewAsync();
        Assert.Equal("", await next!.RefusalAsync());
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayBook.RenewedAfterEnd);
        Assert.Equal("certificate-expired", (await other.RenewAsync()).Word);
        next.Dispose();
    }

    [Fact]
    public async Task Without_a_certificate_or_with_a_strange_one_there_is_only_enrolment()
    {
        await using ControlFixture control = await ControlFixture.StartAsync(), elsewhere = await ControlFixture.StartAsync();
        using var nobody = new LinkSide(control, null);
        Assert.Equal("certificate-needed", await nobody.RefusalAsync());
        using LinkSide strange = await LinkSide.EnrolAsync(elsewhere), there = new LinkSide(control, strange.Own);
        Assert.Equal("certificate-unknown", await there.RefusalAsync());
        // Control's own certificate is of the same authority, and no gateway's.
        using var server = new LinkSide(control, control.Host.Parts.GetRequiredService<GatewayAuthority>().Server);
        Assert.Equal("certificate-unknown", await server.RefusalAsync());
    }

    [Fact]
    public async Task After_a_restore_from_before_a_renewal_the_newer_certificate_counts()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide first = await LinkSide.EnrolAsync(control);
        string database = Path.Combine(control.Folder, "control.db");
        var kept = new Dictionary<string, byte[]>();
        await control.Host.DisposeAsync();
        foreach (string file in Directory.EnumerateFiles(control.Folder, "control.db*")) kept[file] = File.ReadAllBytes(file);
        await control.RestartedAsync();
        using var reached = new LinkSide(control, first.Own);
        control.Time.AdjustTime(control.Time.GetUtcNow() + TimeSpan.FromDays(21));
        (LinkSide? second, _) = await reached.RenewAsync();
        await control.Host.DisposeAsync();
        foreach (string file in Directory.EnumerateFiles(control.Folder, "control.db*")) File.Delete(file);
        foreach ((string file, byte[] bytes) in kept) File.WriteAllBytes(file, bytes);
        Assert.True(File.Exists(database));
        await control.RestartedAsync();
        using var after = new LinkSide(control, second!.Own);
        Assert.Equal("", await after.RefusalAsync());
        // The one before is not taken back by that.
        using var old = new LinkSide(control, first.Own);
        Assert.Equal("certificate-replaced", await old.RefusalAsync());
    }

    [Theory, InlineData(null), InlineData("3"), InlineData("0"), InlineData("one")]
    public async Task Another_protocol_is_refused_with_what_to_do(string? version)
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control);
        link.Http.DefaultRequestHeaders.Remove(LinkProtocol.Header);
        if (version is not null) link.Http.DefaultRequestHeaders.Add(LinkProtocol.Header, version);
        Assert.Equal("protocol", await link.RefusalAsync());
        link.Http.DefaultRequestHeaders.Remove(LinkProtocol.Header);
        link.Http.DefaultRequestHeaders.Add(LinkProtocol.Header, "2");
        Assert.Equal("", await link.RefusalAsync());
    }

    [Fact]
    public async Task The_agents_that_a_gateway_had_are_what_control_begins_with()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control, agents: QuarantineTests.Agents);
        AgentsBook agents = control.Host.Parts.GetRequiredService<AgentsBook>();
        Assert.Equal(1, agents.Newest("gw-1")!.Number);
        // Another enrolment brings none back that control has changed since.
        control.Host.Parts.GetRequiredService<AgentsDesk>().Set(LinkSide.Operator, "gw-1", QuarantineTests.Agents.Replace("coding-1", "coding-9", StringComparison.Ordinal), "a test");
        using LinkSide again = await LinkSide.EnrolAsync(control, agents: QuarantineTests.Agents);
        Assert.Equal(2, agents.Newest("gw-1")!.Number);
    }

    private static async Task<string> RevisionAsync(LinkSide link) =>
        System.Text.Json.JsonSerializer.Deserialize(await link.Http.GetStringAsync("gateway/v1/desired?have=&wait=0"), LinkJson.Default.DesiredState)!.Revision;

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
