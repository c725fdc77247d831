using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Makes the folder beside its place, holds it to what CI will ask of it, and only then moves it there: it is there whole and right, or not at all.</summary>
internal static class InitFolder
{
    /// <summary>Writes the folder; its files, relative to it.</summary>
    public static ImmutableArray<string> Write(InitPlan plan, string packs, string folder)
    {
        string place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Refuse(place, folder);
        string parent = Path.GetDirectoryName(place)!;
        Directory.CreateDirectory(parent);
        string draft = Path.Combine(parent, $".exeat-init-{Guid.NewGuid():N}");
        try
        {
            Draft(plan, packs, draft);
            if (Directory.Exists(place)) Directory.Delete(place);
            Directory.Move(draft, place);
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        }
        return [.. Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(place, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    private static void Refuse(string place, string folder)
    {
        if (File.Exists(place)) throw new CommandFailure(ExitCode.InputWrong, $"--dir: {folder} is a file, and is not written over; give a folder that is not there yet");
        if (Directory.Exists(place) && Directory.EnumerateFileSystemEntries(place).Any())
            throw new CommandFailure(ExitCode.InputWrong, $"--dir: the folder {folder} is not empty, and nothing is written over; give another, or look at what changed with exeat pack update --dir {folder}");
    }

    private static void Draft(InitPlan plan, string packs, string draft)
    {
        void Put(string path, string text)
        {
            string file = Path.Combine([draft, .. path.Split('/')]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        foreach ((string path, string text) in InitDocuments.All(plan)) Put(path, text);
        foreach (PackSummary pack in plan.Vendored)
            foreach ((string path, string text) in ReleasePacks.Files(packs, pack.Name)) Put($"packs/{path}", text);
        Put("policy/tests.yaml", InitTests.Write(plan, Checked(draft)));
        Policy.Policy policy = Checked(draft);
        AgentsResult agents = AgentsLoader.LoadAttached(Path.Combine(draft, "agents.yaml"));
        ImmutableArray<Problem> problems = [.. agents.Problems, .. GatewayDocumentLoader.Load(Path.Combine(draft, "gateway.yaml")).Problems];
        if (agents.Agents is { } document && problems.IsEmpty) problems = [.. PolicyTests.Run(policy, document, TimeProvider.System.GetUtcNow()).Select(outcome => outcome.Problem).OfType<Problem>()];
        Demand(draft, problems);
    }

    private static Policy.Policy Checked(string draft)
    {
        LoadResult read = PolicyLoader.Load(Path.Combine(draft, "policy"), new LoadOptions { PacksDirectory = Path.Combine(draft, "packs"), StrictExpiry = true });
        Demand(draft, read.Problems);
        return read.Policy!;
    }

    // Warnings too: a folder that begins with them teaches people not to read them.
    private static void Demand(string draft, ImmutableArray<Problem> problems)
    {
        if (problems.IsEmpty) return;
        string all = string.Join("\nexeat: ", problems.Select(problem => ProblemReport.Line(problem).Replace(draft + "/", "", StringComparison.Ordinal)));
        throw new CommandFailure(ExitCode.InputWrong, $"nothing was written: what was asked for does not hold together\nexeat: {all}");
    }
}
