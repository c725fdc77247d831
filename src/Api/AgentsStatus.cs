using System.Collections.Immutable;

namespace Exeat.Api;

/// <summary>How many agents there are in each mode, and who is quarantined.</summary>
public sealed record AgentsStatus(int Enforced, int Monitored, ImmutableArray<string> Quarantined);
