using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>One attempt that two policies decide differently.</summary>
/// <param name="Probe">The attempt.</param>
/// <param name="Names">Names that it may have as well as its own, this one first; empty when none matters.</param>
/// <param name="Patterns">The patterns, of the rule that decides by name, that these names match.</param>
/// <param name="IsAnswered">False: no resolver of either policy releases this address for the name, so that it takes monitor mode, or an older binding, to come to this.</param>
public sealed record DifferenceExample(Probe Probe, ImmutableArray<string> Names, ImmutableArray<string> Patterns, bool IsAnswered);
