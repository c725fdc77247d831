using System.Diagnostics;
using System.Text;
using Exeat.Control.Alerts;
using Exeat.Control.Tests.Export;

namespace Exeat.Control.Tests.Alerts;

/// <summary>What the documents say of alerts is so.</summary>
public sealed class AlertDocsTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_event_has_a_runbook_and_every_runbook_an_event() => Assert.Equal(
        AlertEvent.All.Select(known => known.Word + ".md").Order(StringComparer.Ordinal),
        Directory.GetFiles(Path.Combine(Root, "docs", "runbooks")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_runbook_says_what_it_means_what_to_look_at_and_what_to_do()
    {
        foreach (AlertEvent known in AlertEvent.All)
        {
            string text = File.ReadAllText(Path.Combine(Root, known.Runbook));
            Assert.StartsWith($"# {known.Word}\n", text);
            foreach (string part in (string[])["## What it means", "## What to look at", "## What to do"]) Assert.True(text.Contains(part, StringComparison.Ordinal), $"{known.Runbook} lacks {part}");
        }
    }

    [Fact]
    public void The_list_of_events_is_whole()
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", "control", "alerts.md"));
        foreach (AlertEvent known in AlertEvent.All) Assert.Contains($"| [`{known.Word}`](../runbooks/{known.Word}.md) | {known.Severity} |", text);
    }

    [Theory]
    [InlineData("right", 0, 0)]
    [InlineData("right", 299, 0)]
    [InlineData("right", 301, 1)]
    [InlineData("right", -301, 1)]
    [InlineData("body", 0, 1)]
    [InlineData("key", 0, 1)]
    public void The_example_of_a_receiver_takes_what_is_ours_and_nothing_else(string what, int age, int status)
    {
        string code = File.ReadAllText(Path.Combine(Root, "docs", "control", "alerts.md")).Split("```python\n")[1].Split("```")[0];
        byte[] body = Encoding.UTF8.GetBytes("{\"v\":1,\"title\":\"é\"}");
        string header = AlertSignature.Of("the key", Records.Noon, body);
        if (what == "body") body[5]++;
        string script = code + $"\nimport sys\nsys.exit(0 if is_from_control({(what == "key" ? "b'another'" : "b'the key'")}, '{header}', sys.stdin.buffer.read(), {Records.Noon.ToUnixTimeSeconds() + age}) else 1)\n";
        using Process python = Process.Start(new ProcessStartInfo("python3", ["-c", script]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        python.StandardInput.BaseStream.Write(body);
        python.StandardInput.Close();
        string errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == status, $"{python.ExitCode}: {errors}");
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Exeat.slnx"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("no Exeat.slnx above the test program");
    }
}
