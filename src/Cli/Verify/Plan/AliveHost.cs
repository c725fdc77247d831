using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>A permitted host that answered: the ground on which refusals can be told from silence.</summary>
/// <param name="Name">The name it was asked for by.</param>
/// <param name="Address">The address that answered.</param>
/// <param name="Port">The port that answered.</param>
/// <param name="All">All addresses of the name in this family.</param>
internal sealed record AliveHost(DomainName Name, Address Address, ushort Port, ImmutableArray<Address> All);
