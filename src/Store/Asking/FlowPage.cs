namespace Exeat.Store;

/// <summary>Some flows, newest first.</summary>
/// <param name="Flows">The flows.</param>
/// <param name="Next">Where to go on; null: there are no more. Flows that arrive meanwhile neither repeat nor hide any.</param>
public sealed record FlowPage(IReadOnlyList<StoredFlow> Flows, string? Next);
