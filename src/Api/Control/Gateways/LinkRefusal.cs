namespace Exeat.Api.Control;

/// <summary>Why control does not do what a link asked: problem details (RFC 9457) with what to do.</summary>
/// <param name="Type"><c>urn:exeat:problem:WORD</c>.</param>
/// <param name="Title">What is wrong, in short.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Detail">What is wrong, in a sentence.</param>
/// <param name="Remedy">What to do.</param>
public sealed record LinkRefusal(string Type, string Title, int Status, string Detail, string Remedy);
