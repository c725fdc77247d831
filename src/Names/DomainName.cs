using System.Text;

namespace Exeat.Names;

/// <summary>A canonical domain name that outlives one packet: lower-case A-labels, dotted, without the trailing dot, 1 to 253 bytes.</summary>
public sealed class DomainName : IEquatable<DomainName>
{
    private readonly byte[] _bytes;

    private DomainName(ReadOnlySpan<byte> canonical)
    {
        _bytes = canonical.ToArray();
        Text = Encoding.ASCII.GetString(canonical);
    }

    /// <summary>The name as text.</summary>
    public string Text { get; }

    /// <summary>The part of it that somebody registered, by the public suffix list. Made anew at each call.</summary>
    public string RegisteredDomain => PublicSuffixes.RegisteredDomain(Text);

    /// <summary>The name as bytes (ASCII).</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Keeps a name that <see cref="CanonicalName"/> has written. The caller vouches for the form.</summary>
    public static DomainName FromCanonical(ReadOnlySpan<byte> canonical) => new(canonical);

    /// <inheritdoc/>
    public bool Equals(DomainName? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DomainName);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
