using System.Globalization;

namespace Exeat.Policy;

/// <summary>Destination ports from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
/// <param name="First">Lowest port.</param>
/// <param name="Last">Highest port, not below <paramref name="First"/>.</param>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>Whether the port lies inside.</summary>
    public bool Contains(ushort port) => port >= First && port <= Last;

    /// <summary>Whether every port of <paramref name="other"/> lies inside.</summary>
    public bool Covers(PortRange other) => other.First >= First && other.Last <= Last;

    /// <summary>Whether the two share a port.</summary>
    public bool Overlaps(PortRange other) => First <= other.Last && other.First <= Last;

    /// <inheritdoc/>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
