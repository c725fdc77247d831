namespace Exeat.Policy;

/// <summary>Where the packs are that come with the programs: used when nobody names a folder of packs, and then for pinned includes only.</summary>
/// <remarks>An upgrade of the program may bring other packs. Without a pin it would change the policy, and nobody would have looked.</remarks>
public static class ShippedPacks
{
    /// <summary>What install.sh links to the packs of the version in use.</summary>
    public const string Installed = "/usr/share/exeat/packs";

    /// <summary>The folder for this program; null when it came without packs.</summary>
    public static string? Directory => Find(AppContext.BaseDirectory, Installed);

    /// <summary>The folder <c>packs</c> beside the program first, as the published folder has it: a program and its packs are of one version.</summary>
    public static string? Find(string programFolder, string installed) =>
        new[] { Path.Combine(programFolder, "packs"), installed }.FirstOrDefault(folder => System.IO.Directory.Exists(Path.Combine(folder, "base")));
}
