using System.Text;
using System.Text.Json;

namespace Exeat.Cli.Verify;

/// <summary>A run as one JSON object: <c>--json</c> prints it, and the file of results keeps it on one line (docs/verify.md has the fields).</summary>
internal static class VerifyJson
{
    /// <summary>The form's major version. Fields are only added.</summary>
    public const int Version = 1;

    /// <summary>The object. <paramref name="onlyUnheld"/> leaves out the checks that held, which the counts have.</summary>
    public static string Text(VerifyReport report, bool indented, bool onlyUnheld)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = indented }))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteString("time", report.Time.UtcDateTime);
            json.WriteString("run", report.Run);
            json.WriteString("agent", report.Agent);
            json.WriteString("policy", report.Policy);
            json.WriteStartArray("families");
            foreach (int family in report.Families) json.WriteNumberValue(family);
            json.WriteEndArray();
            json.WriteNumber("status", report.Status);
            json.WriteNumber("attempts", report.Attempts);
            json.WriteNumber("held", report.Count(CheckOutcome.Held));
            json.WriteNumber("failed", report.Count(CheckOutcome.Failed));
            json.WriteNumber("inconclusive", report.Count(CheckOutcome.Inconclusive));
            json.WriteNumber("notTested", report.Count(CheckOutcome.NotTested));
            json.WriteBoolean("farCompared", report.FarIsCompared);
            json.WriteStartArray("checks");
            foreach (CheckResult result in report.Results.Where(r => !onlyUnheld || r.Outcome != CheckOutcome.Held)) Write(json, result);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, CheckResult result)
    {
        json.WriteStartObject();
        json.WriteString("id", result.Id);
        json.WriteString("title", result.Title);
        if (result.Family != 0) json.WriteNumber("family", result.Family);
        if (result.To.Length > 0) json.WriteString("to", result.To);
        if (result.Expected.Length > 0) json.WriteString("expected", result.Expected);
        json.WriteString("outcome", VerifyReport.Word(result.Outcome));
        json.WriteString("why", result.Why);
        if (result.Denial is not null) json.WriteString("denial", result.Denial);
        if (result.Record is { } record)
        {
            json.WriteStartObject("record");
            json.WriteString("verdict", record.Verdict);
            json.WriteString("rule", record.Rule);
            json.WriteString("reason", record.Reason);
            if (record.Flow is not null) json.WriteString("flow", record.Flow);
            json.WriteEndObject();
        }
        if (result.Token.Length > 0) json.WriteString("token", result.Token);
        json.WriteEndObject();
    }
}
