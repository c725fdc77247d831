using Exeat.Lab.Topology;

namespace Exeat.Lab.Scenario;

/// <summary>The lab's policy document in one of the forms that the lab gives to the gateway. Edited as text, as a person would.</summary>
/// <param name="Mode">monitor or enforce.</param>
/// <param name="LiveUpdate">Whether the name of the live update is permitted.</param>
/// <param name="ApproveDenied">Whether a denied model provider is also approved: a policy that must be refused.</param>
public sealed record PolicyText(string Mode, bool LiveUpdate = false, bool ApproveDenied = false)
{
    private const string LateLine = "    # - new-tool.example.com # (live update)";

    /// <summary>More SmartGroups, as lines of the document.</summary>
    public string ExtraGroups { get; init; } = "";

    /// <summary>More rules, as lines of the document.</summary>
    public string ExtraRules { get; init; } = "";

    /// <summary>The document.</summary>
    public string Text
    {
        get
        {
            string text = LabFiles.Text(LabFiles.PolicyName).Replace("\nmode: monitor\n", $"\nmode: {Mode}\n", StringComparison.Ordinal);
            text = text.Replace("\nsmartGroups:\n", $"\nsmartGroups:\n{ExtraGroups}", StringComparison.Ordinal).Replace("\ntests:\n", ExtraRules.Length == 0 ? "\ntests:\n" : $"\n{ExtraRules}\ntests:\n", StringComparison.Ordinal);
            if (LiveUpdate) text = text.Replace(LateLine, "    - new-tool.example.com", StringComparison.Ordinal);
            return ApproveDenied
                ? text.Replace("names: [integrate.api.nvidia.com,", "names: [api.openai.com, integrate.api.nvidia.com,", StringComparison.Ordinal)
                : text;
        }
    }

    /// <summary>Puts it where the gateway reads it, in one step.</summary>
    public async Task WriteAsync(LabState state)
    {
        string file = Path.Combine(state.Documents, LabFiles.PolicyName), next = file + ".next";
        await File.WriteAllTextAsync(next, Text);
        File.Move(next, file, overwrite: true);
    }
}
