namespace Exeat.Cli;

/// <summary>A folder that is made where it is not there, for its owner alone, and then goes with the command.</summary>
internal sealed class MadeFolder : IDisposable
{
    private readonly string? _made;

    public MadeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        if (Directory.Exists(path)) return;
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{path} is not there and cannot be made ({refused.Message.TrimEnd('.')}): make it, or name another place for management.socket in the gateway's document");
        }
        _made = path;
    }

    public void Dispose()
    {
        // What somebody else has put there meanwhile stays.
        if (_made is not null && Directory.Exists(_made) && !Directory.EnumerateFileSystemEntries(_made).Any()) Directory.Delete(_made);
    }
}
