using System.Globalization;
using System.Xml;
using Exeat.Flows;

namespace Exeat.Cli.Verify;

/// <summary>A run in the form that CI systems read: a suite for each group; failed is a failure, inconclusive an error, not tested is skipped.</summary>
internal static class JUnitFile
{
    public static void Write(VerifyReport report, string path)
    {
        using var xml = XmlWriter.Create(path, new XmlWriterSettings { Indent = true });
        xml.WriteStartElement("testsuites");
        Counts(xml, "exeat verify", report.Results);
        foreach (IGrouping<string, CheckResult> group in report.Results.GroupBy(r => r.Group))
        {
            xml.WriteStartElement("testsuite");
            Counts(xml, $"verify.{group.Key}", [.. group]);
            xml.WriteAttributeString("timestamp", report.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            foreach (CheckResult result in group) Write(xml, result);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Counts(XmlWriter xml, string name, IReadOnlyCollection<CheckResult> results)
    {
        string Count(CheckOutcome outcome) => results.Count(r => r.Outcome == outcome).ToString(CultureInfo.InvariantCulture);

        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", Count(CheckOutcome.Failed));
        xml.WriteAttributeString("errors", Count(CheckOutcome.Inconclusive));
        xml.WriteAttributeString("skipped", Count(CheckOutcome.NotTested));
    }

    // Escaped for a screen first: of the characters that are left, XML takes each.
    private static void Write(XmlWriter xml, CheckResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", $"verify.{result.Group}");
        xml.WriteAttributeString("name", TerminalText.EscapeName($"{result.Id} {result.Title}"));
        string? element = result.Outcome switch { CheckOutcome.Failed => "failure", CheckOutcome.Inconclusive => "error", CheckOutcome.NotTested => "skipped", _ => null };
        if (element is not null)
        {
            xml.WriteStartElement(element);
            xml.WriteAttributeString("message", TerminalText.EscapeName($"{(result.To.Length > 0 ? result.To + ": " : "")}{(result.Expected.Length > 0 ? $"expected {result.Expected}; " : "")}{result.Why}"));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }
}
