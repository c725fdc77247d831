namespace Exeat.Policy;

/// <summary>Where the packs are that come with the programs: used when nobody names a folder of packs.</summary>
public static class ShippedPacks
{
    /// <summary>What install.sh links to the packs of the version in use.</summary>
    public const string Installed = "/usr/share/exeat/policies";

    /// <summary>The folder for this program; null when it came without packs.</summary>
    public static string? Directory => Find(AppContext.BaseDirectory, Installed);

    /// <summary>The folder <c>policies</c> beside the program first, as the published folder has it: a program and its packs are of one version.</summary>
    public static string? Find(string programFolder, string installed) =>
        new[] { Path.Combine(programFolder, "policies"), installed }.FirstOrDefault(folder => System.IO.Directory.Exists(Path.Combine(folder, "base")));
}
