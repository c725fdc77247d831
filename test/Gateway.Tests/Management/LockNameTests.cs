using Exeat.Api;
using Exeat.Gateway.Kernel;

namespace Exeat.Gateway.Tests.Management;

/// <summary>Whoever looks at the locks without a gateway looks for the same names that the gateway gives them.</summary>
public sealed class LockNameTests
{
    [Fact]
    public void Names_in_the_kernel_are_the_published_ones() =>
        Assert.Equal((DropRuleset.Table, TrafficRuleset.Table, SecondLock.Preference), (LockNames.DropTable, LockNames.DataTable, LockNames.RulePreference));
}
