using System.Diagnostics;

namespace Exeat.Cli.Tests;

/// <summary>Runs exeat as built, as a process of its own, as people do.</summary>
internal static class CommandLine
{
    public static string Root { get; } = FindRoot();

    public static Ran Run(params string[] arguments) => Run([], arguments);

    public static Ran Run(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) => Finish(Start(environment, arguments));

    /// <summary>In a folder, as after <c>cd</c>.</summary>
    public static Ran RunIn(string folder, params string[] arguments) => Finish(Start([], arguments, folder));

    private static Ran Finish(Process started)
    {
        using Process process = started;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string data = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ran(process.ExitCode, data, errors.Result);
    }

    public static Process Start(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) => Start(environment, arguments, Path.GetTempPath());

    private static Process Start(IEnumerable<KeyValuePair<string, string>> environment, string[] arguments, string folder)
    {
        string program = Path.Combine(Root, "artifacts", "exeat", "exeat.dll");
        Assert.True(File.Exists(program), "build src/Cli first (./dev build)");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (string variable in (string[])["EXEAT_JOURNAL", "EXEAT_POLICY", "EXEAT_AGENTS", "EXEAT_PACKS", "EXEAT_COMMAND"]) start.Environment.Remove(variable);
        start.Environment.Remove("COLUMNS");
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Exeat.slnx"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("no Exeat.slnx above the test program");
    }
}
