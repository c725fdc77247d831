namespace Exeat.Run.Box;

/// <summary>What a contained command sees of its person's home folder, besides the working folder.</summary>
public enum HomeView : byte
{
    /// <summary>An empty one of its own, gone with the command.</summary>
    Private = 0,

    /// <summary>The person's, without writing.</summary>
    ReadOnly,
}
