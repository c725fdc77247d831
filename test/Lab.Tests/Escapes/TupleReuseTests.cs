using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>A permit that outlives its connection (T15).</summary>
public sealed class TupleReuseTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    [Theory, InlineData(4), InlineData(6)]
    public async Task Another_hello_on_the_tuple_of_a_permitted_connection_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "tuple-reuse", "openclaw.ai", family);
}
