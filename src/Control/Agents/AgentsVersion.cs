namespace Exeat.Control.Agents;

/// <summary>One version of a gateway's agents document.</summary>
internal sealed record AgentsVersion(string Gateway, long Number, string Document, string Author, string Message, DateTimeOffset Created);
