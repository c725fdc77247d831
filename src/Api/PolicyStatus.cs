namespace Exeat.Api;

/// <summary>Which policy is in force, for whom, and under which number the kernel knows it.</summary>
public sealed record PolicyStatus(string Version, string AgentsHash, int Generation, int Rules);
