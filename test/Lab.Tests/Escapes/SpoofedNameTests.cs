using Exeat.Lab.Report;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>A name that the wire claims and DNS gave another address (I3; T1). The others are lines of the catalogue.</summary>
public sealed class SpoofedNameTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    [Theory, InlineData(4), InlineData(6)]
    public async Task An_allowed_SNI_to_the_address_of_another_allowed_name_does_not_arrive(int family)
    {
        // The address is bound, to a name that is not the one claimed.
        Assert.True((await lab.TryAsync("https", "integrate.api.nvidia.com", family)).Client.Succeeded);
        await Contained.AssertAsync(lab, open, "spoofed-sni", "login.example.com@model-gateway", family);
    }
}
