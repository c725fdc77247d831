using Exeat.Api.Control;

namespace Exeat.Control.Http;

/// <summary>What was asked is refused: becomes an <see cref="ApiProblem"/>. Thrown by handlers and the classes below them; a transaction that it passes is taken back.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="word">The kind, a word that never changes: <c>not-found</c>.</param>
/// <param name="detail">What is wrong this time.</param>
/// <param name="remedy">What to do.</param>
internal sealed class Refused(int status, string word, string detail, string remedy) : Exception(detail)
{
    public int Status { get; } = status;

    public string Word { get; } = word;

    public string Remedy { get; } = remedy;

    /// <summary>Mistakes in documents, each with its place.</summary>
    public IReadOnlyList<DocumentProblem>? Problems { get; init; }

    /// <summary>404: there is no such thing.</summary>
    public static Refused NotFound(string what, string remedy) => new(StatusCodes.Status404NotFound, "not-found", $"there is no {what}", remedy);

    /// <summary>400: what was sent is wrong.</summary>
    public static Refused Invalid(string detail, string remedy) => new(StatusCodes.Status400BadRequest, "invalid", detail, remedy);

    /// <summary>409: it contradicts what is there.</summary>
    public static Refused Conflict(string detail, string remedy) => new(StatusCodes.Status409Conflict, "conflict", detail, remedy);

    public ApiProblem ToProblem() => new()
    {
        Type = ApiProblem.TypePrefix + Word,
        Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status),
        Status = Status,
        Detail = Message,
        Remedy = Remedy,
        Problems = Problems,
    };
}
