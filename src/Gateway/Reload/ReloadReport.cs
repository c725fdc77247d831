using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>What became of the last change of documents or policy.</summary>
/// <param name="Time">When, by the wall clock.</param>
/// <param name="Cause">What asked for it.</param>
/// <param name="Applied">Whether it came into force; otherwise what was in force stays.</param>
/// <param name="Ended">How many flows it ended.</param>
/// <param name="Why">Why it was refused, with file, line and column where a document is wrong; empty when it was applied.</param>
/// <param name="Problems">All problems of the documents, warnings too.</param>
internal sealed record ReloadReport(DateTimeOffset Time, ReloadCause Cause, bool Applied, int Ended, string Why, ImmutableArray<Problem> Problems);
