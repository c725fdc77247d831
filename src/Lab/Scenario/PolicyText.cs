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

    /// <summary>More WebGroups, as lines of the document.</summary>
    public string ExtraNames { get; init; } = "";

    /// <summary>More rules, as lines of the document.</summary>
    public string ExtraRules { get; init; } = "";

    /// <summary>Rules of the lab that are left out, by name, with spaces between: those that one of <see cref="ExtraRules"/> would shadow.</summary>
    public string WithoutRules { get; init; } = "";

    /// <summary>Whether its own tests stay: those of a form that decides otherwise on purpose would fail.</summary>
    public bool Tested { get; init; } = true;

    /// <summary>The document.</summary>
    public string Text
    {
        get
        {
            string text = LabFiles.Text(LabFiles.PolicyName).Replace("\nmode: monitor\n", $"\nmode: {Mode}\n", StringComparison.Ordinal);
            text = text.Replace("\nsmartGroups:\n", $"\nsmartGroups:\n{ExtraGroups}", StringComparison.Ordinal).Replace("\ntests:\n", ExtraRules.Length == 0 ? "\ntests:\n" : $"\n{ExtraRules}\ntests:\n", StringComparison.Ordinal);
            foreach (string rule in WithoutRules.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                int at = text.IndexOf($"\n- {{name: {rule},", StringComparison.Ordinal);
                text = text.Remove(at, text.IndexOf('\n', at + 1) - at);
            }
            text = text.Replace("\nwebGroups:\n", $"\nwebGroups:\n{ExtraNames}", StringComparison.Ordinal);
            if (!Tested) text = text[..(text.IndexOf("\ntests:\n", StringComparison.Ordinal) + 1)];
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
