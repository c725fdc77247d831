using System.Collections.Immutable;
using Exeat.Run.Box;

namespace Exeat.Run.Tests;

public sealed class BoxRequestTests
{
    [Fact]
    public void What_is_not_said_is_the_tighter_choice()
    {
        var request = new BoxRequest
        {
            Command = ["true"],
            Folder = "/",
            NetworkNamespace = "/proc/self/ns/net",
            User = default,
            Environment = ImmutableSortedDictionary<string, string>.Empty,
            Resolvers = [],
        };
        Assert.Equal(HomeView.Private, request.Home);
        Assert.Empty(request.ReadOnly);
    }
}
