using System.Globalization;
using Exeat.Flows;

namespace Exeat.Store.Tests.Folding;

public sealed class RowTextsTests
{
    // Many more than there are places, each twice: none is taken for another.
    [Fact]
    public void What_columns_say_is_the_same_as_when_it_is_made_each_time()
    {
        var texts = new RowTexts();
        List<(IReadOnlyList<FlowName> Names, IReadOnlyList<KeyValuePair<string, string>> Labels, string Address)> all = [.. Enumerable.Range(0, 5000).Select(i => (
            (IReadOnlyList<FlowName>)[.. Enumerable.Range(0, i % 12).Select(at => new FlowName(i % 5 == 0 ? $"n\t{i}\n{at}" : new string('n', i % 700), "sni"))],
            (IReadOnlyList<KeyValuePair<string, string>>)[.. Enumerable.Range(0, i % 3).Select(at => new KeyValuePair<string, string>($"k{at}", $"v{i}"))],
            i % 7 == 0 ? "none" + i : i % 2 == 0 ? string.Create(CultureInfo.InvariantCulture, $"192.0.{i / 256}.{i % 256}") : string.Create(CultureInfo.InvariantCulture, $"2001:db8::{i:x}")))];
        foreach ((IReadOnlyList<FlowName> names, IReadOnlyList<KeyValuePair<string, string>> labels, string address) in all.SelectMany(one => new[] { one, one }).Concat(all))
        {
            Assert.Equal(NamesText.Of(names), texts.Names(names));
            Assert.Equal(NamesText.OfLabels(labels), texts.Labels(labels));
            Assert.Equal(AddressBytes.Of(address), texts.Address(address));
        }
        Assert.Null(texts.Names([]));
        Assert.Null(texts.Address(null));
    }
}
