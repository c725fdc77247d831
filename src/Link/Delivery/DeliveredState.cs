namespace Exeat.Link.Delivery;

/// <summary>What lies in one version folder.</summary>
/// <param name="Revision">The desired state that it was made for; empty: what the gateway had before control.</param>
/// <param name="Bundle">The bundle of its policy; null: not control's.</param>
/// <param name="AgentsHash">The hash of its agents document; null: not control's.</param>
internal sealed record DeliveredState(string Revision, string? Bundle, string? AgentsHash)
{
    public const string FileName = "state.json";
}
