using Exeat.Control.Storage;
using Exeat.Policy;

namespace Exeat.Control.People;

/// <summary>The file of the first account's one-time password, in the data folder for its owner alone. It is gone as soon as the account has another password.</summary>
internal sealed class FirstLogin(ControlDocument control)
{
    /// <summary>Its name in the data folder.</summary>
    public const string FileName = "first-login.txt";

    /// <summary>Where it lies.</summary>
    public string Path { get; } = System.IO.Path.Combine(control.DataFolder, FileName);

    public void Write(string user, string password) => PrivateFile.Write(Path, $"{user} {password}\n");

    /// <summary>Takes it away when it is this account's.</summary>
    public void Forget(string user)
    {
        if (File.Exists(Path) && File.ReadAllText(Path).Split(' ')[0].Equals(user, StringComparison.OrdinalIgnoreCase)) File.Delete(Path);
    }
}
