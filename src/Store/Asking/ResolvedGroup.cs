using Exeat.Names;

namespace Exeat.Store;

/// <summary>What a SmartGroup stands for now: agents by id and addresses by prefix; either may match.</summary>
/// <param name="Agents">Ids of agents. For a destination they mean nothing: give their addresses.</param>
/// <param name="Prefixes">Addresses.</param>
public sealed record ResolvedGroup(IReadOnlyList<string> Agents, IReadOnlyList<Prefix> Prefixes);
