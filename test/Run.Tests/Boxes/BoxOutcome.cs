namespace Exeat.Run.Tests.Boxes;

public sealed record BoxOutcome(int Status, string Output);
