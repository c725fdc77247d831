namespace Exeat.Flows;

/// <summary>The three parts of an event's <c>id</c>.</summary>
/// <param name="Gateway">The gateway's id.</param>
/// <param name="Prefix"><c>gateway/epoch/</c>, made once per opening.</param>
/// <param name="Sequence">Number within the epoch, from 1.</param>
internal readonly record struct EventIdentity(string Gateway, string Prefix, long Sequence);
