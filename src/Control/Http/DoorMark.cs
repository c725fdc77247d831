namespace Exeat.Control.Http;

/// <summary>Set on each connection by its listener.</summary>
internal sealed record DoorMark(Door Door);
