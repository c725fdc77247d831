using System.Reflection;

namespace Exeat.Lab;

/// <summary>The files of <c>policies/lab</c>, carried inside the program so that the lab needs no folder beside it.</summary>
public static class LabFiles
{
    /// <summary>The policy of the lab.</summary>
    public const string PolicyName = "policy.yaml";

    /// <summary>The agents document.</summary>
    public const string AgentsName = "agents.yaml";

    /// <summary>The gateway's configuration.</summary>
    public const string GatewayName = "gateway.yaml";

    /// <summary>What is attempted.</summary>
    public const string ScenarioName = "scenario.json";

    /// <summary>The text of one of them.</summary>
    public static string Text(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("lab/" + name)
            ?? throw new FileNotFoundException($"the program lacks its file policies/lab/{name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
