namespace Exeat.Control.Http;

/// <summary>Marks an endpoint whose answer has a secret.</summary>
internal sealed record SecretAnswer;
