namespace Exeat.Control.Http;

/// <summary>Since when this control runs.</summary>
internal sealed record StartTime(DateTimeOffset Time);
