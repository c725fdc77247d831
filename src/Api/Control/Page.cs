namespace Exeat.Api.Control;

/// <summary>One page of a list.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="Items">The entries of this page.</param>
/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
