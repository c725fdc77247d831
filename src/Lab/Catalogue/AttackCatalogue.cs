using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>Every attack, every test that stands for one, and what is not stopped: together they cover each line of <c>docs/escapes.md</c>.</summary>
public static class AttackCatalogue
{
    /// <summary>Every attack, in the order of the lines.</summary>
    public static ImmutableArray<Attack> Attacks { get; } =
    [
        .. DnsAttacks.All,
        .. TlsAttacks.All,
        .. HttpAttacks.All,
        .. QuicAttacks.All,
        .. KernelAttacks.All,
        .. FaultAttacks.All,
        .. RecordAttacks.All,
        .. HonestAttacks.All,
    ];

    /// <summary>Lines, or parts of lines, that tests show without a lab.</summary>
    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        .. DnsAttacks.Tests,
        .. TlsAttacks.Tests,
        .. HttpAttacks.Tests,
        .. QuicAttacks.Tests,
        .. KernelAttacks.Tests,
        .. BoxAttacks.Tests,
        .. FaultAttacks.Tests,
        .. RecordAttacks.Tests,
        .. HonestAttacks.Tests,
    ];

    /// <summary>What is not stopped.</summary>
    public static ImmutableArray<OpenLine> Open { get; } =
    [
        new("T12", "whom a request inside TLS is for is not seen without decryption: the record of a permit at a shared address says that the name is unproven there"),
        new("T13", "what a permitted destination is sent is not seen without decryption: the record has the bytes"),
        new("H3", "paths are not judged in this version"),
    ];

    /// <summary>What a person means: an id, or a line for all of its attacks.</summary>
    public static IReadOnlyList<Attack> Find(string idOrLine) => [.. Attacks.Where(a =>
        a.Id.Equals(idOrLine, StringComparison.OrdinalIgnoreCase) || a.Line.Equals(idOrLine, StringComparison.OrdinalIgnoreCase))];
}
