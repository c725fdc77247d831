using System.Text;

namespace Exeat.Flows.Tests;

public sealed class PairListsTests
{
    private const string Common = "{\"v\":1,\"id\":\"g/1/1\",\"event\":\"decision\",\"time\":\"2026-03-01T10:00:00Z\"";

    [Fact]
    public void Lines_that_repeat_names_and_labels_share_their_lists()
    {
        var reader = new EventReader();
        string line = Common + ",\"labels\":{\"team\":\"a\"},\"names\":[{\"name\":\"x.example\",\"source\":\"sni\"},{\"name\":\"x.example\",\"source\":\"binding\"}]}";
        FlowEvent first = Read(reader, line), second = Read(reader, line);
        Assert.Same(first.Names, second.Names);
        Assert.Same(first.Labels, second.Labels);
        Assert.Equal([new FlowName("x.example", "sni"), new FlowName("x.example", "binding")], second.Names);
    }

    // As many as fill every place several times, and each comes again: none is taken for another.
    [Fact]
    public void Lists_are_those_of_their_line_whatever_was_read_before()
    {
        var reader = new EventReader();
        for (int round = 0; round < 2; round++)
            for (int i = 0; i < 4000; i++)
            {
                string value = i % 9 == 0 ? new string('v', 600) + i : $"v{i % 700}";
                (string First, string Second)[] pairs = [.. Enumerable.Range(0, i % 11).Select(at => ($"n{at}-{i % 300}", value))];
                string names = string.Join(",", pairs.Select(pair => $"{{\"name\":\"{pair.First}\",\"source\":\"{pair.Second}\"}}")), labels = string.Join(",", pairs.Select(pair => $"\"{pair.First}\":\"{pair.Second}\""));
                FlowEvent read = Read(reader, $"{Common},\"labels\":{{{labels}}},\"names\":[{names}]}}");
                Assert.Equal(pairs, read.Names.Select(name => (name.Name, name.Source)));
                Assert.Equal(pairs, read.Labels.Select(label => (label.Key, label.Value)));
            }
    }

    private static FlowEvent Read(EventReader reader, string line)
    {
        Assert.Equal(LineRead.Found, reader.TryRead(Encoding.UTF8.GetBytes(line), out FlowEvent? read));
        return read!;
    }
}
