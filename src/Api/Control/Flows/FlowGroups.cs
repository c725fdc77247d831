namespace Exeat.Api.Control;

/// <summary>Groups of flows.</summary>
/// <param name="By">What they were grouped by.</param>
/// <param name="Rows">The groups, those that come first first.</param>
/// <param name="Total">All that was chosen, also what is not among the rows.</param>
/// <param name="FromRollUps">Answered from sums: first and last are to the minute, hour or day.</param>
public sealed record FlowGroups(IReadOnlyList<string> By, IReadOnlyList<FlowGroup> Rows, FlowGroup Total, bool FromRollUps);
