using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Gateway.Bindings;

/// <summary>"This agent asked for this name and was answered this address until then."</summary>
/// <param name="Name">The asked name.</param>
/// <param name="Via">The first alias between the name and the address that lies in another domain; empty when there is none.</param>
/// <param name="End">Timestamp (<see cref="TimeProvider.GetTimestamp"/>) from which on it is dead, grace included.</param>
public sealed record Binding(DomainName Name, ImmutableArray<DomainName> Via, long End);
