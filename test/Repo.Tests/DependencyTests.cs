using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Exeat.Repo.Tests;

/// <summary>Few packages, pinned in one place, each with its reason; nothing tracked says where a machine gets them.</summary>
public sealed partial class DependencyTests
{
    private const string Central = "Directory.Packages.props";
    private const string Reasons = "docs/dependencies.md";

    private static string[] CentralPackages =>
        [.. XDocument.Parse(Repository.Text(Central)).Descendants("PackageVersion").Select(element => element.Attribute("Include")!.Value)];

    [Fact]
    public void Versions_are_central_and_exact()
    {
        var findings = new Findings();
        foreach (ProjectFile project in Repository.Projects)
        {
            foreach (XElement package in project.Packages)
            {
                if (package.Attribute("Version") is null && package.Attribute("VersionOverride") is null && package.Element("Version") is null) continue;
                findings.Add(project.File, $"states a version of {package.Attribute("Include")?.Value}", $"state it in {Central}");
            }
        }
        foreach (XElement package in XDocument.Parse(Repository.Text(Central)).Descendants("PackageVersion"))
        {
            string version = package.Attribute("Version")?.Value ?? "";
            if (!ExactVersion().IsMatch(version)) findings.Add(Central, $"{package.Attribute("Include")?.Value} has version '{version}'", "pin one version");
        }
        findings.AssertNone();
    }

    [Fact]
    public void Each_package_has_its_line_of_why_and_a_user()
    {
        var findings = new Findings();
        string[] explained = [.. Repository.Lines(Reasons).Select(line => Explained().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];
        string users = string.Concat(Repository.Projects.Select(project => Repository.Text(project.File))) + Repository.Text("Directory.Build.props");
        foreach (string package in CentralPackages)
        {
            if (!explained.Contains(package)) findings.Add(Reasons, $"no line for {package}", "add one: - `Name` why");
            if (!users.Contains($"Include=\"{package}\"", StringComparison.Ordinal)) findings.Add(Central, $"nobody uses {package}", "remove it");
        }
        foreach (string package in explained.Except(CentralPackages))
        {
            findings.Add(Reasons, $"explains {package}, which is not in {Central}", "remove the line");
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_project_has_a_lock_file_without_addresses()
    {
        var findings = new Findings();
        foreach (ProjectFile project in Repository.Projects)
        {
            string file = $"{project.Folder}/packages.lock.json";
            if (!Repository.Exists(file)) findings.Add(file, "missing", "restore the project and commit it");
            else if (Repository.Text(file).Contains("://", StringComparison.Ordinal)) findings.Add(file, "holds an address", "restore from the configured source");
        }
        findings.AssertNone();
    }

    [Fact]
    public void No_file_names_a_package_registry_or_a_place_on_one_machine()
    {
        // The ones this project installs from; built from parts, so that this file does not hold what it forbids.
        string[] registries = ["nuget" + ".org", "registry." + "npm" + "js", "deb." + "debian.org", "security." + "debian.org"];
        var findings = new Findings();
        foreach (string file in Repository.Files.Where(file => !IsBinary(file)))
        {
            string text = Repository.Text(file);
            foreach (string registry in registries)
            {
                if (text.Contains(registry, StringComparison.OrdinalIgnoreCase)) findings.Add(file, $"names {registry}", "say what it is, not where");
            }
            Match place = PlaceOnOneMachine().Match(text);
            if (place.Success) findings.Add(file, $"names {place.Value.Trim()}", "use a path inside the repository");
        }
        findings.AssertNone();
    }

    private static bool IsBinary(string file) => File.ReadAllBytes(Repository.FullPath(file)).AsSpan().Contains((byte)0);

    [GeneratedRegex(@"^\d+\.\d+\.\d+(\.\d+)?(-[\w.]+)?$")]
    private static partial Regex ExactVersion();

    [GeneratedRegex(@"^- `([^`]+)`")]
    private static partial Regex Explained();

    [GeneratedRegex(@"(?<![\w.])/(work|root|farm|home/\w+|Users/\w+)/")]
    private static partial Regex PlaceOnOneMachine();
}
