using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>What the SmartGroups of the policies in force stand for now.</summary>
internal interface ISmartGroups
{
    /// <summary>As the one who tries; null: no such group.</summary>
    ResolvedGroup? From(string name);

    /// <summary>As a destination: agents by their addresses; null: no such group.</summary>
    ResolvedGroup? To(string name);
}
