using System.Collections.Immutable;
using System.Text;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat pack update</c>: a folder's packs and pins beside those of this release, as a diff. It changes nothing by itself: a pack decides what agents may do.</summary>
internal static class PackUpdate
{
    public static int Run(string folder, CommandOutput output)
    {
        (ImmutableArray<PackDifference> differences, string diff) = Compare(folder, ReleasePacks.Folder, ReleasePacks.All());
        if (output.AsJson)
        {
            ProblemReport.WriteJson(output, json =>
            {
                json.WriteBoolean("same", diff.Length == 0);
                json.WriteStartArray("packs");
                foreach (PackDifference difference in differences)
                {
                    json.WriteStartObject();
                    json.WriteString("name", difference.Name);
                    json.WriteString("before", difference.Before);
                    json.WriteString("after", difference.After);
                    json.WriteBoolean("same", difference.IsSame);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteString("diff", diff);
            });
        }
        else
        {
            output.Data.Write(diff);
        }
        foreach (PackDifference difference in differences) output.Tell(difference.Text);
        if (diff.Length == 0) return ExitCode.Done;
        output.Tell("nothing was applied. Read the diff, then apply it in the folder with git apply, and run exeat policy check and exeat policy test");
        return ExitCode.ExpectationFailed;
    }

    /// <summary>The packs in use, and the diff that makes the folder's those of the release.</summary>
    public static (ImmutableArray<PackDifference> Packs, string Diff) Compare(string folder, string releaseFolder, ImmutableArray<PackSummary> release)
    {
        string policy = Path.Combine(folder, "policy"), packs = Path.Combine(folder, "packs");
        foreach (string needed in (string[])[policy, packs])
            if (!Directory.Exists(needed)) throw new CommandFailure(ExitCode.InputWrong, $"there is no folder {needed}; give the folder that exeat init wrote with --dir DIR");
        var ours = PackCatalog.Read(packs).Packs.ToDictionary(pack => pack.Name);
        var theirs = release.ToDictionary(pack => pack.Name);
        // What the folder has, and what the release's packs of the same names include.
        string[] names = [.. ours.Keys.Concat(ours.Keys.SelectMany(name => theirs.GetValueOrDefault(name)?.Includes ?? [])).Distinct().Order(StringComparer.Ordinal)];
        var diff = new StringBuilder();
        var pins = names.Where(theirs.ContainsKey).ToDictionary(name => name, name => (theirs[name].Version, theirs[name].Sha256));
        foreach (string file in DocumentPaths.Files(policy))
        {
            string text = File.ReadAllText(file);
            diff.Append(UnifiedDiff.Of($"policy/{Path.GetRelativePath(policy, file).Replace('\\', '/')}", text, PackPins.Replace(text, pins)));
        }
        var differences = ImmutableArray.CreateBuilder<PackDifference>();
        foreach (string name in names)
        {
            ImmutableSortedDictionary<string, string> mine = ReleasePacks.Files(packs, name), its = ReleasePacks.Files(releaseFolder, name);
            if (!theirs.TryGetValue(name, out PackSummary? pack))
            {
                differences.Add(new PackDifference(name, ours[name].Version, null, true));
                continue;
            }
            string changed = string.Concat(mine.Keys.Union(its.Keys).Order(StringComparer.Ordinal).Select(path => UnifiedDiff.Of($"packs/{path}", mine.GetValueOrDefault(path), its.GetValueOrDefault(path))));
            diff.Append(changed);
            differences.Add(new PackDifference(name, ours.GetValueOrDefault(name)?.Version, pack.Version, changed.Length == 0));
        }
        return (differences.ToImmutable(), diff.ToString());
    }
}
