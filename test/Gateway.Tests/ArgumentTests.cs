using Microsoft.Extensions.Logging;
using Verb = Exeat.Gateway.GatewayArguments.Verb;

namespace Exeat.Gateway.Tests;

public sealed class ArgumentTests
{
    [Theory]
    [InlineData("--config a.yaml", Verb.Run)]
    [InlineData("--config a.yaml --log-format json --user exeat", Verb.Run)]
    [InlineData("--close-locks --config a.yaml", Verb.CloseLocks)]
    [InlineData("--config a.yaml --close-locks", Verb.CloseLocks)]
    [InlineData("--remove-locks", Verb.RemoveLocks)]
    [InlineData("--print-example", Verb.PrintExample)]
    [InlineData("--version", Verb.Version)]
    [InlineData("-h", Verb.Help)]
    public void A_command_line_asks_for_one_thing(string line, object verb) => Assert.Equal(verb, GatewayArguments.Read(line.Split(' ')).Asked);

    [Theory]
    [InlineData("--config", "--config needs a value")]
    [InlineData("--close-locks", "--config FILE is missing")]
    [InlineData("--remove-locks --config a", "--config has nothing to do here")]
    [InlineData("--remove-locks --close-locks", "'--close-locks' is unknown here")]
    [InlineData("--config a --config b", "--config cannot be 'b'")]
    [InlineData("--config a --log-format xml", "--log-format cannot be 'xml'")]
    [InlineData("--config a extra", "'extra' is unknown here")]
    public void A_mistake_starts_nothing_and_is_named(string line, string problem)
    {
        GatewayArguments read = GatewayArguments.Read(line.Split(' '));
        Assert.Equal((Verb.Wrong, problem), (read.Asked, read.Problem));
    }

    [Fact]
    public void Nothing_given_is_nothing_asked() => Assert.Equal(Verb.Wrong, GatewayArguments.Read([]).Asked);

    [Fact]
    public void Options_are_kept()
    {
        GatewayArguments read = GatewayArguments.Read(["--config", "g.yaml", "--user", "exeat", "--log-format", "json", "--log-level", "warning"]);
        Assert.Equal(("g.yaml", "exeat", true, LogLevel.Warning), (read.Config, read.User, read.LogsJson, read.LogLevel));
    }
}
