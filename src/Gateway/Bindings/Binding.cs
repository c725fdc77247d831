using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Gateway.Bindings;

/// <summary>"This agent asked for this name and was answered this address until then."</summary>
/// <param name="Name">The asked name.</param>
/// <param name="Via">The aliases between the name and the address, in order.</param>
/// <param name="End">Timestamp (<see cref="TimeProvider.GetTimestamp"/>) from which on it is dead, grace included.</param>
public sealed record Binding(DomainName Name, ImmutableArray<DomainName> Via, long End);
