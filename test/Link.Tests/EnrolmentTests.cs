using System.Security.Cryptography.X509Certificates;
using Exeat.Api.Control;
using Exeat.Link.Connection;
using Exeat.Link.Credentials;
using Exeat.Link.Delivery;
using Exeat.Policy;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exeat.Link.Tests;

/// <summary>Enrolment and renewal against control at the wire.</summary>
public sealed class EnrolmentTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("exeat-link-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task A_gateway_is_enrolled_and_finds_what_it_read_before_behind_the_link()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        string said = await EnrolAsync(control, EnrolmentToken.Make("gw-1", control.Fingerprint));
        var folder = new LinkFolder(Path.Combine(_path, "link"));
        LinkCredentials credentials = LinkCredentials.Read(folder);
        Assert.True(credentials.Own.HasPrivateKey);
        if (!OperatingSystem.IsWindows()) Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(folder.Credentials));
        Assert.Contains($"policy: {folder.CurrentPolicy}", said, StringComparison.Ordinal);
        Assert.NotNull(PolicyLoader.Load(folder.CurrentPolicy).Policy);
        Assert.Contains(control.Bodies, body => body.Path == "enrol" && body.Body.Contains("coding-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_gateway_without_documents_gets_some_that_permit_nothing()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        WriteGateway(documents: false);
        await EnrolAsync(control, EnrolmentToken.Make("gw-1", control.Fingerprint), write: false);
        var folder = new LinkFolder(Path.Combine(_path, "link"));
        Assert.Empty(AgentsLoader.LoadAttached(folder.CurrentAgents).Agents!.Agents);
        Policy.Policy policy = PolicyLoader.Load(folder.CurrentPolicy).Policy!;
        Assert.Equal(Mode.Enforce, policy.Mode);
        Assert.Equal("nothing", Assert.Single(policy.Rules).Name);
    }

    [Fact]
    public async Task Somebody_in_between_is_found_out_before_the_token_is_said()
    {
        await using FakeControl real = await FakeControl.StartAsync(), other = await FakeControl.StartAsync();
        LinkFailure failure = await Assert.ThrowsAsync<LinkFailure>(() => EnrolAsync(other, EnrolmentToken.Make("gw-1", real.Fingerprint)));
        Assert.Contains("nothing was said to it", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Asked, asked => asked.What == "enrol");
    }

    [Fact]
    public async Task A_gateway_of_the_same_authority_does_not_pass_for_control()
    {
        // Its certificate is for clients.
        await using FakeControl impostor = await FakeControl.StartAsync("1.3.6.1.5.5.7.3.2");
        LinkFailure failure = await Assert.ThrowsAsync<LinkFailure>(() => EnrolAsync(impostor, EnrolmentToken.Make("gw-1", impostor.Fingerprint)));
        Assert.Contains("for serving", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(impostor.Asked, asked => asked.What == "enrol");
    }

    [Fact]
    public async Task A_token_for_another_gateway_is_not_sent_anywhere()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        LinkFailure failure = await Assert.ThrowsAsync<LinkFailure>(() => EnrolAsync(control, EnrolmentToken.Make("gw-2", control.Fingerprint)));
        Assert.Equal(2, failure.Status);
        Assert.Empty(control.Asked);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_from_then_on_and_kept()
    {
        await using FakeControl control = await FakeControl.StartAsync();
        await EnrolAsync(control, EnrolmentToken.Make("gw-1", control.Fingerprint));
        control.Answer = (path, body) => path == "renew"
            ? (200, System.Text.Json.JsonSerializer.Serialize(new CertificateAnswer(control.Sign(System.Text.Json.JsonSerializer.Deserialize(body, LinkJson.Default.RenewRequest)!.Request, TimeSpan.FromDays(60)), ""), LinkJson.Default.CertificateAnswer))
            : (200, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "goldens", "desired-state.json")));
        var folder = new LinkFolder(Path.Combine(_path, "link"));
        LinkCredentials before = LinkCredentials.Read(folder);
        using var connection = new ControlConnection(control.Address, before.Authority, before.Own, TimeProvider.System);
        using var renewal = new Renewal(connection, folder, new LinkSettings(1, "gw-1", ""), before, TimeProvider.System, NullLogger.Instance);
        await renewal.RenewAsync(CancellationToken.None);
        X509Certificate2 after = LinkCredentials.Read(folder).Own;
        Assert.NotEqual(before.Own.SerialNumber, after.SerialNumber);
        await connection.GetAsync("gateway/v1/desired", LinkJson.Default.DesiredState, CancellationToken.None);
        Assert.Equal(after.SerialNumber, control.Asked[^1].Serial);
        Assert.Equal(before.Own.SerialNumber, control.Asked[^2].Serial);
        Assert.False(before.IsDue(TimeProvider.System.GetUtcNow()));
        Assert.True(before.IsDue(TimeProvider.System.GetUtcNow().AddDays(20.1)));
    }

    [Fact]
    public async Task What_is_not_control_or_speaks_another_version_is_unreachable_in_words()
    {
        await using FakeControl control = await FakeControl.StartAsync(), other = await FakeControl.StartAsync();
        control.Answer = (_, _) => (200, "{}");
        control.Protocol = "3";
        using var connection = new ControlConnection(control.Address, control.AuthorityCertificate, null, TimeProvider.System);
        ControlUnreachable newer = await Assert.ThrowsAsync<ControlUnreachable>(() => connection.GetAsync("gateway/v1/desired", LinkJson.Default.DesiredState, CancellationToken.None));
        Assert.Contains("control speaks protocol 3", newer.Message, StringComparison.Ordinal);
        using var strange = new ControlConnection(other.Address, control.AuthorityCertificate, null, TimeProvider.System);
        ControlUnreachable unknown = await Assert.ThrowsAsync<ControlUnreachable>(() => strange.GetAsync("gateway/v1/desired", LinkJson.Default.DesiredState, CancellationToken.None));
        Assert.Contains("somebody in between", unknown.Message, StringComparison.Ordinal);
        Assert.Empty(other.Asked);
        // A clock that is a year ahead: the certificate is over by it, and that is what is said.
        var late = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(365));
        using var wrong = new ControlConnection(control.Address, control.AuthorityCertificate, null, late);
        ControlUnreachable clock = await Assert.ThrowsAsync<ControlUnreachable>(() => wrong.GetAsync("gateway/v1/desired", LinkJson.Default.DesiredState, CancellationToken.None));
        Assert.Contains("set the clock right", clock.Message, StringComparison.Ordinal);
    }

    private async Task<string> EnrolAsync(FakeControl control, EnrolmentToken token, bool write = true)
    {
        if (write) WriteGateway(documents: true);
        File.WriteAllText(Path.Combine(_path, "token"), token + "\n");
        using var said = new StringWriter();
        LinkArguments asked = LinkArguments.Read(["enrol", "--config", Path.Combine(_path, "gateway.yaml"), "--state", Path.Combine(_path, "link"), "--control", control.Address.ToString(), "--token", Path.Combine(_path, "token")]);
        Assert.Equal("", asked.Problem);
        await new Enrolment.Enrolment(asked, TimeProvider.System, said).RunAsync(CancellationToken.None);
        return said.ToString();
    }

    private void WriteGateway(bool documents)
    {
        File.WriteAllText(Path.Combine(_path, "gateway.yaml"), """
            apiVersion: exeat/v1
            kind: Gateway
            id: gw-1
            inside: [ag-1]
            outside: wan
            agents: agents.yaml
            policy: policy.yaml
            dns: {intercept: [198.51.100.53], upstream: [198.51.100.54]}
            journal: {dir: journal}
            state: state

            """);
        if (!documents) return;
        File.WriteAllText(Path.Combine(_path, "agents.yaml"), "apiVersion: exeat/v1\nkind: Agents\nagents: [{id: coding-1, interface: ag-1, addresses: [192.0.2.10]}]\n");
        File.WriteAllText(Path.Combine(_path, "policy.yaml"), """
            apiVersion: exeat/v1
            kind: Policy
            mode: enforce
            default: deny
            webGroups: {core: {names: [openclaw.ai]} }
            rules:
            - {name: allow-core, priority: 20, to: {names: [core]}, protocol: tcp, ports: [443], action: permit}

            """);
    }
}
