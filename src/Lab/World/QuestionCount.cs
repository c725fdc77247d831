namespace Exeat.Lab.World;

/// <summary>DNS questions that a server of the world was asked.</summary>
/// <param name="Server">The address asked.</param>
/// <param name="Name">The name, in lower case.</param>
/// <param name="Type">The type number.</param>
/// <param name="Count">How often.</param>
public sealed record QuestionCount(string Server, string Name, int Type, int Count);
