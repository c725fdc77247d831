namespace Exeat.Api.Control;

/// <summary>The next version of a gateway's agents document.</summary>
/// <param name="Document">The document, YAML.</param>
/// <param name="Message">What changes, for those who come after.</param>
public sealed record AgentsUpload(string Document, string Message);
