namespace Exeat.Store;

/// <summary>Groups, those that come first first; with time steps, each group's in order of time.</summary>
/// <param name="Rows">The groups.</param>
/// <param name="Total">Everything the filter chose, also what <see cref="GroupQuery.Top"/> left out.</param>
/// <param name="FromRollUps">Answered from sums by the minute, hour or day rather than from each flow. The counts are the same.</param>
public sealed record GroupResult(IReadOnlyList<GroupRow> Rows, GroupRow Total, bool FromRollUps);
