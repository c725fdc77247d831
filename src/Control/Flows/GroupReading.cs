using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>Makes a question for groups of what people wrote, and their answer of the store's.</summary>
internal static class GroupReading
{
    private const int MaxDimensions = 6, DefaultTop = 100;
    private const long MostBucketSeconds = 31 * 24 * 3600;

    /// <summary>The words for dimensions: camelCase, as everything here.</summary>
    public static IReadOnlyDictionary<string, FlowDimension> Dimensions { get; } = Enum.GetValues<FlowDimension>().ToDictionary(value => char.ToLowerInvariant($"{value}"[0]) + $"{value}"[1..], StringComparer.Ordinal);

    public static GroupQuery Of(GroupQuestion asked, FilterReading filters)
    {
        IReadOnlyList<string> by = asked.By ?? [];
        if (by.Count > MaxDimensions || by.Distinct(StringComparer.Ordinal).Count() != by.Count) throw Refused.Invalid($"by has more than {MaxDimensions} dimensions, or one twice", "ask for fewer");
        if (by.FirstOrDefault(word => !Dimensions.ContainsKey(word)) is not null) throw Refused.Invalid("by has a dimension that there is not", $"write some of {string.Join(", ", Dimensions.Keys)}");
        if (asked.BucketSeconds is < 1 or > MostBucketSeconds) throw Refused.Invalid($"bucketSeconds is {asked.BucketSeconds}", $"write 1 to {MostBucketSeconds}");
        if (asked.Top is < 1 or > GroupQuery.MostGroups) throw Refused.Invalid($"top is {asked.Top}", $"write 1 to {GroupQuery.MostGroups}");
        return new GroupQuery
        {
            Filter = filters.Of(asked.Filter),
            By = [.. by.Select(word => Dimensions[word])],
            Bucket = asked.BucketSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Order = asked.Order switch
            {
                null or "attempts" => GroupOrder.Attempts,
                "bytes" => GroupOrder.Bytes,
                "lastSeen" => GroupOrder.LastSeen,
                "firstSeen" => GroupOrder.FirstSeen,
                _ => throw Refused.Invalid("order is none that there is", "write attempts, bytes, lastSeen or firstSeen"),
            },
            Top = asked.Top ?? DefaultTop,
        };
    }

    public static FlowGroups Answer(GroupQuestion asked, GroupResult result) => new(asked.By ?? [], [.. result.Rows.Select(Row)], Row(result.Total), result.FromRollUps);

    private static FlowGroup Row(GroupRow row) => new(row.Keys, row.Bucket, row.Attempts, row.BytesOut, row.BytesIn, row.First, row.Last);
}
