using System.Collections.Immutable;

namespace Exeat.Run.Box;

/// <summary>A command to be contained: what it is, where it stands and what it may see.</summary>
/// <remarks>
/// The caller is the first process of its own user, mount and process namespaces, as user 0 of them; standard input, output and errors are those of the person's terminal.
/// The network namespace is made, and nothing in it belongs to the command.
/// </remarks>
public sealed record BoxRequest
{
    /// <summary>The program and its arguments.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>The working folder, absolute: the one place of the person's that the command may write to.</summary>
    public required string Folder { get; init; }

    /// <summary>The network namespace to enter: a file such as <c>/run/netns/agent</c>.</summary>
    public required string NetworkNamespace { get; init; }

    /// <summary>Who the command is.</summary>
    public required BoxUser User { get; init; }

    /// <summary>The person's environment; the box takes away what must not pass.</summary>
    public required ImmutableSortedDictionary<string, string> Environment { get; init; }

    /// <summary>Addresses for <c>/etc/resolv.conf</c>.</summary>
    public required ImmutableArray<string> Resolvers { get; init; }

    /// <summary>What of the home folder is seen.</summary>
    public HomeView Home { get; init; }

    /// <summary>A folder that is the home folder for the command and outlives it, for its logins and settings; null for one that goes with the command.</summary>
    public string? KeptHome { get; init; }

    /// <summary>More files and folders that are there, but not to be written, even below the working folder.</summary>
    public ImmutableArray<string> ReadOnly { get; init; } = [];

    /// <summary>A file, out of the command's sight, that names what is made in the working folder only for the box, for whoever clears up when this process is killed; null: there is none.</summary>
    public string? StandIns { get; init; }

    /// <summary>Folders that are empty for the command, even below the working folder: where the run keeps policy and records.</summary>
    public ImmutableArray<string> Hidden { get; init; } = [];
}
