using System.Security.Cryptography;
using Exeat.Control.Storage;
using Exeat.Policy;

namespace Exeat.Control.Gateways.Fleet;

/// <summary>
/// Names this flow store, by a file that lies in its folder and in no backup (of that folder a backup has only what the store's manifest names): after a restore the name is another, and every link sends what its journal still has, since the restored
/// store may lack it.
/// </summary>
internal sealed class StoreMark
{
    /// <summary>The flow store's folder below the data folder.</summary>
    public const string Folder = "flows";

    private const string FileName = "mark";

    public StoreMark(ControlDocument control)
    {
        string path = Path.Combine(control.DataFolder, Folder, FileName);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: 32 } known)
        {
            Text = known;
            return;
        }
        PrivateFile.Folder(Path.GetDirectoryName(path)!);
        Text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        PrivateFile.Write(path, Text + "\n");
    }

    public string Text { get; }
}
