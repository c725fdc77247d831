using System.Security.Cryptography;
using Exeat.Control.Storage;
using Exeat.Policy;

namespace Exeat.Control.Gateways.Fleet;

/// <summary>
/// Names this flow store, by a file that lies in its data folder and in no backup: after a restore the name is another, and every link sends what its journal still has, since the restored
/// store may lack it.
/// </summary>
internal sealed class StoreMark
{
    /// <summary>The file below the data folder.</summary>
    public const string FileName = "store-mark";

    public StoreMark(ControlDocument control)
    {
        string path = Path.Combine(control.DataFolder, FileName);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: 32 } known)
        {
            Text = known;
            return;
        }
        Text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        PrivateFile.Write(path, Text + "\n");
    }

    public string Text { get; }
}
