using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Honest;

/// <summary>An everyday client and the script that it runs. What it prints must not depend on when or where it runs.</summary>
/// <param name="Name">For tables.</param>
/// <param name="Needs">The program it cannot do without.</param>
/// <param name="Command">The command line.</param>
internal sealed record HonestClient(string Name, string Needs, params string[] Command)
{
    /// <summary>More variables of its environment.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>How long it may take.</summary>
    public TimeSpan Deadline { get; init; } = LabPatience.Seconds(90);

    /// <summary>Everyday clients, by name.</summary>
    public static IReadOnlyList<HonestClient> Everyday { get; } =
    [
        new("curl", "curl", "sh", Script("curl.sh")),
        new("dig", "dig", "sh", Script("dig.sh")),
        new("git", "git", "sh", Script("git.sh")),
        new("node", "node", "node", Script("client.mjs")),
        new("python", "python3", "python3", Script("client.py")),
        new("npm", "npm", "sh", Script("npm.sh")),
        new("java", "javac", "java", "-Djava.net.preferIPv6Addresses=system", Script("Client.java")),
        new("go", "go", "go", "run", Script("client.go")),
        new("chromium", "chromium", "sh", Script("chromium.sh")),
    ];

    /// <summary>Where a script lies.</summary>
    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Honest", "scripts", name);

    /// <summary>Why it cannot run here; null when it can.</summary>
    public string? WhyNot() => !TestSpaces.Fresh
        ? TestSpaces.WhyNot
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, Needs))) ? null : $"{Needs} is not installed here";
}
