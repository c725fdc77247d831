using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Exeat.Gateway.Tests.Supervision;

/// <summary>The units as the system's own tool reads them.</summary>
public sealed class UnitFileTests
{
    private const string Tool = "/usr/bin/systemd-analyze";
    private static readonly string Folder = Path.Combine(Root(), "deploy", "systemd");

    [Fact]
    public void Units_are_without_complaint()
    {
        (int status, string said) = Verify(text => text);
        Assert.Equal((0, ""), (status, said));
    }

    [Fact]
    public void The_check_would_complain_about_a_setting_that_does_not_exist() =>
        Assert.Contains("Unknown key", Verify(text => text.Replace("NoNewPrivileges", "NoNewPrivilegez", StringComparison.Ordinal)).Said);

    [Fact]
    public void The_locks_come_before_any_network_and_the_gateway_after_them()
    {
        string locks = File.ReadAllText(Path.Combine(Folder, "exeat-locks.service")), gateway = File.ReadAllText(Path.Combine(Folder, "exeat-gateway.service"));
        Assert.Contains("--close-locks", locks);
        Assert.Matches("(?m)^Before=.*network-pre.target", locks);
        Assert.Matches("(?m)^After=.*nftables.service", locks);
        Assert.DoesNotContain("ExecStop", locks, StringComparison.Ordinal);
        Assert.Matches("(?m)^Requires=exeat-locks.service", gateway);
        Assert.Matches("(?m)^After=exeat-locks.service", gateway);
        Assert.Matches("(?m)^Type=notify$", gateway);
        Assert.Matches("(?m)^Restart=always$", gateway);
        Assert.DoesNotContain("ExecStop", gateway, StringComparison.Ordinal);
    }

    // With it refused, the runtime (not that of ahead-of-time compiled programs) ends with 0x8007054F before its first line.
    [Fact]
    public void Control_may_set_the_processors_of_its_threads() =>
        Assert.Matches("(?s)\nSystemCallFilter=~@privileged @resources\n.*\nSystemCallFilter=sched_setaffinity\nSystemCallErrorNumber=EPERM\n", File.ReadAllText(Path.Combine(Folder, "exeat-control.service")));

    // The programs are not installed here: a program that exists stands for them.
    private static (int Status, string Said) Verify(Func<string, string> change)
    {
        Assert.SkipUnless(File.Exists(Tool), $"{Tool} is missing; it comes with the package systemd");
        DirectoryInfo copy = Directory.CreateTempSubdirectory("exeat-units");
        try
        {
            string[] units = [.. Directory.GetFiles(Folder).Where(file => Path.GetExtension(file) is ".service" or ".timer").Select(file =>
            {
                string to = Path.Combine(copy.FullName, Path.GetFileName(file));
                File.WriteAllText(to, Regex.Replace(change(File.ReadAllText(file)), "=/opt/exeat/[a-z/-]+", "=/bin/true"));
                return to;
            })];
            Assert.Equal(6, units.Length);
            var start = new ProcessStartInfo(Tool, ["verify", "--man=no", .. units]) { RedirectStandardError = true, RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string said = process.StandardOutput.ReadToEnd() + errors.Result;
            process.WaitForExit();
            return (process.ExitCode, said);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    private static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Exeat.slnx"))) at = at.Parent;
        return at!.FullName;
    }
}
