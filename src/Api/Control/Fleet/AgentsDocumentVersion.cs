namespace Exeat.Api.Control;

/// <summary>A version of a gateway's agents document.</summary>
/// <param name="Gateway">Whose.</param>
/// <param name="Version">Its number, from 1; 0: it waits for a second person.</param>
/// <param name="Document">The document as it was written; quarantines of control are not in it.</param>
/// <param name="Author">Who.</param>
/// <param name="Message">What changed.</param>
/// <param name="Created">When.</param>
public sealed record AgentsDocumentVersion(string Gateway, long Version, string Document, string Author, string Message, DateTimeOffset Created)
{
    /// <summary>The approval that it waits for; null: it waits for none.</summary>
    public string? Approval { get; init; }
}
