using System.Diagnostics;
using System.Security.Cryptography;
using Exeat.Policy;

namespace Exeat.Repo.Tests;

/// <summary>deploy/install/install.sh below a folder of its own, with two programs that stand for ours: what it puts where, what it keeps, what it refuses.</summary>
/// <remarks>With a service manager and the real programs it is tried in the virtual machine: test/Vm.</remarks>
public sealed class InstallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-install-").FullName;

    private string Root => Path.Combine(_folder, "root");

    public InstallTests() => Directory.CreateDirectory(Root);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_dry_run_says_every_step_and_does_none()
    {
        (int status, string said) = Install(Publish("1"), "--dry-run");
        Assert.Equal(0, status);
        Assert.Contains("programs to /opt/exeat/versions/1-", said, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public void Installing_puts_programs_units_and_an_example()
    {
        Assert.Equal(0, Install(Publish("1")).Status);
        Assert.StartsWith("versions/1-", Link("opt/exeat/current"), StringComparison.Ordinal);
        Assert.Equal("/opt/exeat/current/exeat", Link("usr/local/bin/exeat"));
        Assert.Equal("/opt/exeat/current/exeat-gateway", Link("usr/local/sbin/exeat-gateway"));
        Assert.Equal("/opt/exeat/current/exeat-link", Link("usr/local/sbin/exeat-link"));
        Assert.Equal("/opt/exeat/current/control/exeat-control", Link("usr/local/sbin/exeat-control"));
        Assert.Equal("/opt/exeat/current/packs", Link("usr/share/exeat/packs"));
        Assert.Contains("\nExecStart=/opt/exeat/current/exeat-link ", Read("etc/systemd/system/exeat-link.service"), StringComparison.Ordinal);
        Assert.Contains("\nExecStart=/opt/exeat/current/control/exeat-control ", Read("etc/systemd/system/exeat-control.service"), StringComparison.Ordinal);
        // What a person, a backup and the enrolment write into before a unit has run; nothing that would make control start.
        Assert.Equal(["rwxr-x---", "rwxr-x---", "rwx------"], new[] { "var/lib/exeat-link", "etc/exeat-control", "var/lib/exeat-control" }.Select(ModeOf));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "etc/exeat-control")));
        Assert.Contains("\nExecStart=/opt/exeat/current/exeat-gateway ", Read("etc/systemd/system/exeat-gateway.service"), StringComparison.Ordinal);
        Assert.Contains("kind: Gateway", Read("etc/exeat/gateway.yaml"), StringComparison.Ordinal);
        Assert.Contains("mode: enforce", Read("etc/exeat/policy/policy.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_upgrade_keeps_the_configuration_and_the_version_before_and_goes_back()
    {
        Install(Publish("1"));
        File.AppendAllText(Path.Combine(Root, "etc/exeat/policy/policy.yaml"), "# mine\n");
        Assert.Equal(0, Install(Publish("2")).Status);
        Assert.StartsWith("versions/2-", Link("opt/exeat/current"), StringComparison.Ordinal);
        Assert.StartsWith("versions/1-", Link("opt/exeat/previous"), StringComparison.Ordinal);
        Assert.EndsWith("# mine\n", Read("etc/exeat/policy/policy.yaml"), StringComparison.Ordinal);

        string third = Publish("3");
        Assert.Equal(0, Install(third).Status);
        Assert.Equal(0, Install(third).Status); // the same again changes nothing
        Assert.Equal(["2-", "3-"], Directory.GetDirectories(Path.Combine(Root, "opt/exeat/versions")).Select(d => Path.GetFileName(d)[..2]).Order());
        Assert.Equal(0, Install(third, "--rollback").Status);
        Assert.StartsWith("versions/2-", Link("opt/exeat/current"), StringComparison.Ordinal);
        Assert.StartsWith("versions/3-", Link("opt/exeat/previous"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("control")]
    public void A_version_that_refuses_the_configuration_is_not_switched_to(string of)
    {
        Install(Publish("1"));
        File.WriteAllText(Path.Combine(Root, "etc/exeat-control/control.yaml"), "kind: Control\n");
        (int status, string said) = Install(Publish("2", refuses: of));
        Assert.Equal(2, status);
        Assert.Contains($"{of}.yaml", said, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", said, StringComparison.Ordinal);
        Assert.StartsWith("versions/1-", Link("opt/exeat/current"), StringComparison.Ordinal);
        Assert.Equal(0, Install(Publish("3")).Status);
        Assert.Equal("kind: Control\n", Read("etc/exeat-control/control.yaml"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Going_back_to_a_version_that_does_not_know_controls_check_is_done_and_said(bool isRollback)
    {
        string older = Publish("1", refuses: "control", checksControl: false);
        Install(older);
        string newer = Publish("2");
        Install(newer);
        File.WriteAllText(Path.Combine(Root, "etc/exeat-control/control.yaml"), "kind: Control\n");
        (int status, string said) = isRollback ? Install(newer, "--rollback") : Install(older);
        Assert.True(status == 0, said);
        Assert.Contains("this version has no check of", said, StringComparison.Ordinal);
        Assert.StartsWith("versions/1-", Link("opt/exeat/current"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_what_its_sums_say_is_refused()
    {
        string folder = Publish("1");
        File.AppendAllText(Path.Combine(folder, "exeat"), "# changed\n");
        (int status, string said) = Install(folder);
        Assert.Equal(2, status);
        Assert.Contains("SHA256SUMS", said, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public void Uninstalling_keeps_what_people_wrote_unless_told_otherwise()
    {
        string folder = Publish("1");
        Install(folder);
        Assert.Equal(0, Install(folder, "--uninstall").Status);
        Assert.False(Path.Exists(Path.Combine(Root, "opt/exeat")));
        Assert.Equal("", Link("usr/share/exeat/packs"));
        Assert.Equal("", Link("usr/local/sbin/exeat-control"));
        foreach (string unit in (string[])["gateway", "locks", "link", "control"]) Assert.False(Path.Exists(Path.Combine(Root, $"etc/systemd/system/exeat-{unit}.service")));
        Assert.True(Path.Exists(Path.Combine(Root, "etc/exeat/gateway.yaml")));
        string[] written = ["etc/exeat", "etc/exeat-control", "var/lib/exeat-control", "var/lib/exeat-link"];
        Assert.All(written, path => Assert.True(Path.Exists(Path.Combine(Root, path)), path));
        Install(folder);
        Assert.Equal(0, Install(folder, "--uninstall", "--purge").Status);
        Assert.All(written, path => Assert.False(Path.Exists(Path.Combine(Root, path)), path));
        Assert.Equal(2, Install(folder, "--uninstall").Status);
    }

    [Fact]
    public void The_example_is_one_that_the_loaders_take()
    {
        string at = Repository.FullPath("deploy/install/etc");
        Assert.Empty(GatewayDocumentLoader.Load(Path.Combine(at, "gateway.yaml")).Problems);
        AgentsResult agents = AgentsLoader.LoadAttached(Path.Combine(at, "agents.yaml"));
        Assert.Empty(agents.Problems);
        LoadResult policy = PolicyLoader.Load(Path.Combine(at, "policy"));
        Assert.Empty(policy.Problems);
        Assert.Equal(Mode.Enforce, policy.Policy!.Mode);
        Assert.Equal(RuleAction.Deny, policy.Policy.Default);
    }

    private string Publish(string version, string refuses = "nothing", bool checksControl = true)
    {
        string folder = Path.Combine(_folder, $"publish-{version}");
        Directory.CreateDirectory(folder);
        Assert.Equal(0, Run("cp", "-R", Repository.FullPath("deploy/install") + "/.", folder).Status);
        Assert.Equal(0, Run("cp", "-R", Repository.FullPath("deploy/systemd") + "/.", Path.Combine(folder, "systemd")).Status);
        File.WriteAllText(Path.Combine(folder, "VERSION"), version + "\n");
        Directory.CreateDirectory(Path.Combine(folder, "control"));
        foreach (string program in (string[])["exeat", "exeat-gateway", "exeat-link", "control/exeat-control"])
        {
            string file = Path.Combine(folder, program);
            // Its help as System.CommandLine writes it.
            string help = checksControl ? "[ \"$*\" != 'control --help' ] || { printf 'Commands:\\n  check <FILE>  find every mistake\\n'; exit 0; }\n" : "";
            File.WriteAllText(file, $"#!/bin/sh\n{help}[ \"$1\" != {refuses} ] || exit 2\n");
            if (OperatingSystem.IsLinux()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "SHA256SUMS");
        string[] sums = [.. files.Select(f => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))}  {Path.GetRelativePath(folder, f)}")];
        File.WriteAllLines(Path.Combine(folder, "SHA256SUMS"), sums);
        return folder;
    }

    private (int Status, string Said) Install(string folder, params string[] arguments) => Run("bash", [Path.Combine(folder, "install.sh"), "--root", Root, .. arguments]);

    private string Link(string path) => new FileInfo(Path.Combine(Root, path)).LinkTarget ?? "";

    // As ls writes it, without the kind.
    private string ModeOf(string path)
    {
        (int status, string said) = Run("stat", "-c", "%A", Path.Combine(Root, path));
        Assert.Equal(0, status);
        return said.Trim()[1..];
    }

    private string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static (int Status, string Said) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
