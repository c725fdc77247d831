using System.Collections.Immutable;

namespace Exeat.Link.Delivery;

/// <summary>What a delivery came to.</summary>
/// <param name="Delivered">The whole desired state lies where the gateway reads it.</param>
/// <param name="PolicyVersion">The version of the policy that lies there now, as the gateway will report it; null: it cannot be loaded.</param>
/// <param name="AgentsHash">The hash of the agents that lie there now; null: they cannot be loaded.</param>
/// <param name="Problems">Why a part was refused.</param>
internal sealed record DeliveryOutcome(bool Delivered, string? PolicyVersion, string? AgentsHash, ImmutableArray<string> Problems);
