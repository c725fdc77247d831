namespace Exeat.Api.Control;

/// <summary>Why control refused, RFC 9457: <c>application/problem+json</c>.</summary>
public sealed record ApiProblem
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>What <see cref="Type"/> begins with; a word that never changes follows.</summary>
    public const string TypePrefix = "urn:exeat:problem:";

    /// <summary>Which kind of problem, for programs.</summary>
    public required string Type { get; init; }

    /// <summary>The kind, for people.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong this time.</summary>
    public required string Detail { get; init; }

    /// <summary>What to do.</summary>
    public required string Remedy { get; init; }

    /// <summary>Mistakes in documents, each with its place.</summary>
    public IReadOnlyList<DocumentProblem>? Problems { get; init; }
}
