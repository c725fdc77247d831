using System.Diagnostics;
using System.Security.Cryptography;
using Exeat.Policy;

namespace Exeat.Repo.Tests;

/// <summary>deploy/install/install.sh below a folder of its own, with two programs that stand for ours: what it puts where, what it keeps, what it refuses.</summary>
/// <remarks>With a service manager and the real programs it is tried in the virtual machine: test/Vm.</remarks>
public sealed class InstallTests : IDisposable
{
    private const string Unit = "[Service]\nExecStart=/usr/local/sbin/exeat-gateway --config /etc/exeat/gateway.yaml\n\n[Install]\nWantedBy=multi-user.target\n";

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
        Assert.Equal("/opt/exeat/current/packs", Link("usr/share/exeat/packs"));
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

    [Fact]
    public void A_version_that_refuses_the_configuration_is_not_switched_to()
    {
        Install(Publish("1"));
        (int status, string said) = Install(Publish("2", accepts: false));
        Assert.Equal(2, status);
        Assert.Contains("nothing was changed", said, StringComparison.Ordinal);
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
        Assert.False(Path.Exists(Path.Combine(Root, "etc/systemd/system/exeat-gateway.service")));
        Assert.True(Path.Exists(Path.Combine(Root, "etc/exeat/gateway.yaml")));
        Install(folder);
        Assert.Equal(0, Install(folder, "--uninstall", "--purge").Status);
        Assert.False(Path.Exists(Path.Combine(Root, "etc/exeat")));
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

    private string Publish(string version, bool accepts = true)
    {
        string folder = Path.Combine(_folder, $"publish-{version}");
        Directory.CreateDirectory(folder);
        Assert.Equal(0, Run("cp", "-R", Repository.FullPath("deploy/install") + "/.", folder).Status);
        Directory.CreateDirectory(Path.Combine(folder, "systemd"));
        File.WriteAllText(Path.Combine(folder, "systemd", "exeat-gateway.service"), Unit);
        File.WriteAllText(Path.Combine(folder, "VERSION"), version + "\n");
        foreach (string program in (string[])["exeat", "exeat-gateway"])
        {
            string file = Path.Combine(folder, program);
            File.WriteAllText(file, $"#!/bin/sh\nexit {(accepts ? 0 : 2)}\n");
            if (OperatingSystem.IsLinux()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "SHA256SUMS");
        string[] sums = [.. files.Select(f => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))}  {Path.GetRelativePath(folder, f)}")];
        File.WriteAllLines(Path.Combine(folder, "SHA256SUMS"), sums);
        return folder;
    }

    private (int Status, string Said) Install(string folder, params string[] arguments) => Run("bash", [Path.Combine(folder, "install.sh"), "--root", Root, .. arguments]);

    private string Link(string path) => new FileInfo(Path.Combine(Root, path)).LinkTarget ?? "";

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
