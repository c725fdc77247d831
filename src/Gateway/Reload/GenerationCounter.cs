using Exeat.Gateway.Kernel;

namespace Exeat.Gateway.Reload;

/// <summary>Hands out generations 1 to 255 in a circle. Survives restarts in the state folder, so that a mark of an earlier life never looks like one of this (K17).</summary>
internal sealed class GenerationCounter(string stateDir)
{
    private readonly string _path = Path.Combine(stateDir, "generation");

    /// <summary>The last one that was handed out; 0 before the first.</summary>
    public int Last => File.Exists(_path) && int.TryParse(File.ReadAllText(_path), out int read) && read is > 0 and <= MarkLayout.LastGeneration ? read : 0;

    /// <summary>The next generation; written down before it is used.</summary>
    public int Next()
    {
        int next = Last % MarkLayout.LastGeneration + 1;
        string fresh = _path + ".new";
        File.WriteAllText(fresh, $"{next}\n");
        File.Move(fresh, _path, overwrite: true);
        return next;
    }
}
