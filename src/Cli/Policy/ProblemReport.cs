using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Writes problems: one line each, in the form that editors jump to, or as JSON.</summary>
internal static class ProblemReport
{
    public static string Line(Problem problem) => TerminalText.Escape(problem.ToString());

    public static void Write(CommandOutput output, ImmutableArray<Problem> problems)
    {
        foreach (Problem problem in problems) output.Data.WriteLine(Line(problem));
    }

    public static string Summary(ImmutableArray<Problem> problems, string? summary)
    {
        int errors = problems.Count(problem => problem.Severity == Severity.Error), warnings = problems.Length - errors;
        string counts = $"{errors} {(errors == 1 ? "error" : "errors")}, {warnings} {(warnings == 1 ? "warning" : "warnings")}";
        return summary is null ? counts : $"{counts}; {TerminalText.Escape(summary)}";
    }

    public static void WriteJson(CommandOutput output, bool held, ImmutableArray<Problem> problems, Action<Utf8JsonWriter>? more = null) => WriteJson(output, json =>
    {
        json.WriteBoolean("held", held);
        json.WriteStartArray("problems");
        foreach (Problem problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", problem.File);
            json.WriteNumber("line", problem.Line);
            json.WriteNumber("column", problem.Column);
            json.WriteString("severity", problem.Severity == Severity.Error ? "error" : "warning");
            json.WriteString("what", problem.What);
            json.WriteString("remedy", problem.Remedy);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        more?.Invoke(json);
    });

    /// <summary>Writes one JSON object, with the members that the action writes.</summary>
    public static void WriteJson(CommandOutput output, Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        output.Data.WriteLine(Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
