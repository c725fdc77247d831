namespace Exeat.Link.Tests;

public sealed class ArgumentTests
{
    [Theory]
    [InlineData("--config g.yaml", LinkArguments.Verb.Run), InlineData("enrol --config g.yaml --control https://c.example:8441", LinkArguments.Verb.Enrol)]
    [InlineData("--version", LinkArguments.Verb.Version), InlineData("--help", LinkArguments.Verb.Help)]
    [InlineData("", LinkArguments.Verb.Wrong), InlineData("--config", LinkArguments.Verb.Wrong), InlineData("enrol --config g.yaml", LinkArguments.Verb.Wrong)]
    [InlineData("--config g.yaml --token t", LinkArguments.Verb.Wrong), InlineData("--config g.yaml more", LinkArguments.Verb.Wrong), InlineData("enrol --control c", LinkArguments.Verb.Wrong)]
    public void What_was_typed_is_what_is_done(string words, object asked) =>
        Assert.Equal((LinkArguments.Verb)asked, LinkArguments.Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Asked);
}
