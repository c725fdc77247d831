namespace Exeat.Lab.Tests.Labs;

/// <summary>Where the built programs lie: <c>artifacts/exeat</c>, three folders above this test's own.</summary>
internal static class LabPrograms
{
    public static readonly string Folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../exeat"));

    public static IReadOnlyList<string> Exeat => Of("exeat");

    public static IReadOnlyList<string> Gateway => Of("exeat-gateway");

    private static IReadOnlyList<string> Of(string name) => ["dotnet", Path.Combine(Folder, name + ".dll")];
}
