namespace Exeat.Flows;

/// <summary>An attempt as it was recorded, with the question that policy was asked last.</summary>
/// <param name="Replay">The question, and the event that answers it.</param>
/// <param name="Count">How many attempts it stands for.</param>
public readonly record struct RecordedAttempt(FlowReplay Replay, long Count);
