using System.Diagnostics;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Policies;

/// <summary>The commands of docs/control/policy-versions.md, run as they are written, against a real control.</summary>
public sealed class PolicyCliTests
{
    private static readonly string Root = Path.GetDirectoryName(PolicyRoom.Packs)!;

    [Fact]
    public async Task Every_command_of_the_page_does_what_it_says()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        PolicyPeople.AddGateway(control);
        string folder = Directory.CreateTempSubdirectory("exeat-page-").FullName;
        try
        {
            (int status, string said) = await RunAsync(control, folder, Script("docs/control/policy-versions.md"));
            Assert.True(status == 0, said);
            // The commands alone could do nothing and end well: what they did is in the audit log.
            using SqliteConnection connection = PolicyPeople.Database(control).Open();
            string[] actions = [.. connection.List("SELECT action FROM audit WHERE action LIKE 'policy.%' OR action LIKE 'approval.%' OR action LIKE 'break-glass.%' OR action LIKE 'monitor.%' OR action LIKE 'class.%' ORDER BY seq", row => row.GetString(0))];
            Assert.Equal(["policy.publish", "policy.assign", "policy.publish", "policy.assign", "policy.rollback", "class.second-person-on", "approval.ask", "approval.approve", "policy.assign", "approval.ask", "approval.approve",
                "class.second-person-off", "monitor.start", "monitor.end", "break-glass.start", "break-glass.end"], actions);
            Assert.Contains("+  core: {names: [www.example.org, new.example.org]}", said, StringComparison.Ordinal);
            Assert.Contains("permits: coding-1 may reach new.example.org (tcp/443) by allow-core; until now default-deny refused it", said, StringComparison.Ordinal);
            Assert.Matches(@"\npublished: prod@[0-9a-f]{64}\nfirst: 2027-01-04 09:00:00Z\nmonitor: \S+  open until 2027-01-04 11:00:00Z  coding-1", said);
            Assert.Contains("monitorUntil: 2027-01-04T11:00:00Z", said, StringComparison.Ordinal);
            Assert.Contains("(BREAK-GLASS)", said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_control_refuses_is_said_with_place_and_remedy_and_ends_with_2()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        string folder = Directory.CreateTempSubdirectory("exeat-page-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "p.yaml"), PolicyRoom.Web);
            (int status, string said) = await RunAsync(control, folder, "exeat policy publish p.yaml --name prod -m one");
            Assert.Equal(2, status);
            Assert.Contains("p.yaml:12:3: error: the test's agent coding-1 is not known; send an agents document that has it", said, StringComparison.Ordinal);
            Assert.Contains("exeat: control refuses: the policy's tests cannot be run", said, StringComparison.Ordinal);
            (status, said) = await RunAsync(control, folder, "EXEAT_CONTROL_FINGERPRINT=00 exeat policy versions");
            Assert.Equal(3, status);
            Assert.Contains("cannot be asked", said, StringComparison.Ordinal);
            (status, said) = await RunAsync(control, folder, "EXEAT_CONTROL_TOKEN= XDG_CONFIG_HOME=$PWD exeat approvals list");
            Assert.Equal(3, status);
            Assert.Contains("there is no login at https://", said, StringComparison.Ordinal);
            (status, said) = await RunAsync(control, folder, "exeat policy assign prod --on everybody --reason x");
            Assert.Equal(2, status);
            Assert.Contains("write gateway:ID, class:CLASS or default", said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Status, string Said)> RunAsync(ControlFixture control, string folder, string script)
    {
        string program = Path.Combine(Root, "artifacts", "exeat", "exeat.dll");
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail\nexeat() {{ dotnet '{program}' \"$@\"; }}\nset -v\n{script}"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in (string[])["EXEAT_POLICY", "EXEAT_AGENTS", "EXEAT_PACKS", "EXEAT_COMMAND"]) start.Environment.Remove(variable);
        start.Environment["EXEAT_CONTROL"] = control.Host.Addresses[0].ToString();
        start.Environment["EXEAT_CONTROL_FINGERPRINT"] = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Exeat.Control.Http.PeopleCertificate>(control.Host.Parts).Fingerprint;
        start.Environment["EXEAT_CONTROL_TOKEN"] = PolicyPeople.Session(control, $"anna-{Guid.NewGuid():N}", "viewer,operator,admin");
        start.Environment["ANOTHER_PERSON"] = PolicyPeople.Session(control, $"berta-{Guid.NewGuid():N}", "viewer,approver");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string Script(string guide)
    {
        List<string> lines = [];
        bool inside = false;
        foreach (string line in File.ReadAllLines(Path.Combine(Root, guide)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = !inside && line == "```sh";
            else if (inside) lines.Add(line);
        }
        return string.Join('\n', lines) + "\n";
    }
}
