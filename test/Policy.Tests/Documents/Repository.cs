namespace Exeat.Policy.Tests.Documents;

/// <summary>Finds files of the repository upward from the test assembly.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Exeat.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException("no Exeat.slnx above the test assembly");
    }
}
