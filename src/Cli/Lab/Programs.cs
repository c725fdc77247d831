using Exeat.Lab.Topology;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>How to start this program, and the gateway that lies beside it, again.</summary>
internal static class Programs
{
    /// <summary>The command line of this program: its own executable, or the runtime with its library.</summary>
    public static IReadOnlyList<string> Exeat { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, Path.GetFullPath(Environment.GetCommandLineArgs()[0])]
            : [Environment.ProcessPath!];

    /// <summary>The command line of the gateway.</summary>
    public static IReadOnlyList<string> Gateway() => Beside("exeat-gateway");

    /// <summary>The command line of one of our programs.</summary>
    public static IReadOnlyList<string> Beside(string name)
    {
        string program = Path.Combine(AppContext.BaseDirectory, name);
        // Installed, control has a folder of its own: it comes with a runtime.
        if (!File.Exists(program) && !File.Exists(program + ".dll")) program = Path.Combine(AppContext.BaseDirectory, name.Replace("exeat-", "", StringComparison.Ordinal), name);
        if (Exeat.Count == 2 && File.Exists(program + ".dll")) return [Exeat[0], program + ".dll"];
        if (File.Exists(program)) return [program];
        if (File.Exists(program + ".dll")) return [ToolPath.Of("dotnet"), program + ".dll"];
        throw new LabException($"{name} does not lie beside exeat in {AppContext.BaseDirectory}");
    }
}
