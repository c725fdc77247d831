using Exeat.Lab.Report;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Names that the wire claims and DNS never gave (I3; T1, T2, T9, H1).</summary>
public sealed class SpoofedNameTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    [Theory, InlineData(4), InlineData(6)]
    public async Task An_allowed_SNI_to_the_attackers_address_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "spoofed-sni", "openclaw.ai@attacker", family, rule: "default-deny");

    [Theory, InlineData(4), InlineData(6)]
    public async Task An_allowed_SNI_to_the_address_of_another_allowed_name_does_not_arrive(int family)
    {
        // The address is bound, to a name that is not the one claimed.
        Assert.True((await lab.TryAsync("https", "integrate.api.nvidia.com", family)).Client.Succeeded);
        await Contained.AssertAsync(lab, open, "spoofed-sni", "login.example.com@model-gateway", family);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_hello_without_a_name_to_an_allowed_address_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "no-sni", "openclaw.ai", family);

    [Theory, InlineData(4), InlineData(6)]
    public async Task Plain_HTTP_with_a_forged_Host_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "http-forged-host", "openclaw.ai@attacker", family);

    [Theory, InlineData(4), InlineData(6)]
    public async Task Plain_HTTP_to_a_name_that_is_allowed_for_TLS_only_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "http", "openclaw.ai", family);

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_bare_address_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "https-address", "@attacker", family, rule: "default-deny");
}
