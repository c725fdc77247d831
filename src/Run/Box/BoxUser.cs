namespace Exeat.Run.Box;

/// <summary>Who the command is.</summary>
/// <param name="Shown">The user that it sees itself as.</param>
/// <param name="ShownGroup">The group that it sees itself in.</param>
/// <param name="Inside">The same user as the caller of <see cref="ContainedCommand"/> calls it: 0 where only the person's own user is mapped.</param>
/// <param name="InsideGroup">The same group as the caller calls it.</param>
public readonly record struct BoxUser(uint Shown, uint ShownGroup, uint Inside, uint InsideGroup);
