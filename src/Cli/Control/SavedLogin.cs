using System.Text.Json;

namespace Exeat.Cli;

/// <summary>The login that the other verbs use, in a file for its owner alone.</summary>
/// <param name="Address">Control's address.</param>
/// <param name="User">The account.</param>
/// <param name="Secret">The session's secret.</param>
/// <param name="Ends">When it ends at the latest.</param>
/// <param name="KeyFingerprint">Control's key, when it was pinned.</param>
/// <param name="AuthorityFile">The file of authorities, when one was given.</param>
internal sealed record SavedLogin(Uri Address, string User, string Secret, DateTimeOffset Ends, string? KeyFingerprint, string? AuthorityFile)
{
    /// <summary>Where it lies (XDG Base Directory Specification).</summary>
    public static string FilePath
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
            if (string.IsNullOrEmpty(folder) || !Path.IsPathRooted(folder)) folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
            return Path.Combine(folder, "exeat", "login.json");
        }
    }

    /// <summary>The login of this user; null: there is none.</summary>
    public static SavedLogin? Read()
    {
        string file = FilePath;
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), SavedLoginJson.Default.SavedLogin) is { Address: not null, Secret: not null } login ? login : throw new JsonException("it names no control");
        }
        catch (Exception broken) when (broken is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"the login in {file} cannot be read ({broken.Message.ReplaceLineEndings(" ").TrimEnd('.')}): exeat login URL makes a new one");
        }
    }

    /// <summary>Takes it away from here, whatever is in the file; null: there was none, or nothing that could be ended at control.</summary>
    public static SavedLogin? Take()
    {
        try
        {
            return Read();
        }
        catch (CommandFailure)
        {
            // What cannot be read is not told to control either.
            return null;
        }
        finally
        {
            Remove();
        }
    }

    private static void Remove()
    {
        try
        {
            if (File.Exists(FilePath)) File.Delete(FilePath);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"the login in {FilePath} cannot be removed ({refused.Message.TrimEnd('.')}): remove it by hand");
        }
    }

    /// <summary>Keeps it, in place of the one before.</summary>
    public void Write()
    {
        string file = FilePath, fresh = file + ".new";
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!, Own | UnixFileMode.UserExecute);
        File.Delete(fresh);
        using (FileStream stream = File.Open(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Own }))
            JsonSerializer.Serialize(stream, this, SavedLoginJson.Default.SavedLogin);
        File.Move(fresh, file, overwrite: true);
    }
}
