using System.Collections.Immutable;
using System.Xml.Linq;

namespace Exeat.Repo.Tests;

/// <summary>What a project file says, read as XML without building anything.</summary>
internal sealed record ProjectFile(string File, XDocument Xml)
{
    /// <summary>For instance <c>src/Policy</c>.</summary>
    public string Folder => Repository.FolderOf(File);

    /// <summary>The last part of the folder, for instance <c>Policy</c>.</summary>
    public string ShortName => Path.GetFileName(Folder);

    public bool IsSource => File.StartsWith("src/", StringComparison.Ordinal);

    public bool IsProgram => Xml.Descendants("ExeatProgram").Any(element => element.Value == "true");

    public ImmutableArray<string> References =>
        [.. Xml.Descendants("ProjectReference").Select(element => Relative(element.Attribute("Include")!.Value))];

    public IEnumerable<XElement> Packages => Xml.Descendants("PackageReference");

    public static ProjectFile Read(string file) => new(file, XDocument.Parse(Repository.Text(file)));

    private string Relative(string include) =>
        Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.FullPath(Folder), include))).Replace('\\', '/');
}
