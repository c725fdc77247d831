using System.Text.Json;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>An explanation on the screen, or as JSON.</summary>
internal static class FlowExplanationText
{
    public static void Write(FlowExplanation explanation, CommandOutput output)
    {
        if (output.AsJson)
        {
            WriteJson(explanation, output.Data);
            return;
        }
        if (output.IsColoured) output.Screen.Write(new Text(explanation.Sentence + Environment.NewLine, FlowText.Colour(explanation.Flow.Decision)));
        else output.Data.WriteLine(explanation.Sentence);
        output.Data.WriteLine();
        Part("rule", explanation.Rule);
        Part("proven", explanation.Proven);
        Part("policy", TerminalText.Escape(explanation.Flow.Decision.Policy));
        Part("record", TerminalText.Escape(explanation.Flow.Decision.Id) + (explanation.Flow.Denial is null ? "" : $", denial {TerminalText.Escape(explanation.Flow.Denial)}"));
        Part("next", explanation.Next);
        if (explanation.Propose is not null) output.Data.WriteLine(explanation.Propose);

        void Part(string name, string text)
        {
            if (text.Length > 0) output.Data.WriteLine($"{name + ":",-8} {text}");
        }
    }

    private static void WriteJson(FlowExplanation explanation, TextWriter data)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("sentence", explanation.Sentence);
            json.WriteString("decision", explanation.Flow.Outcome);
            json.WriteString("rule", explanation.Flow.Decision.Rule);
            json.WriteString("reason", explanation.Flow.Decision.Reason);
            json.WriteString("proven", explanation.Proven);
            json.WriteString("next", explanation.Next);
            json.WritePropertyName("record");
            json.WriteRawValue(explanation.Flow.Decision.Raw.Span);
            json.WriteEndObject();
        }
        data.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
