using System.Diagnostics;

namespace Exeat.Linux.Tests.Live;

public sealed class NamespaceTests
{
    [Fact]
    public void A_process_started_in_a_namespace_sees_its_links_and_is_the_program_itself()
    {
        using ForwardingWorld world = new();
        ProcessStartInfo start = new("sh", ["-c", "echo $$; ip -o link show dev l0"]) { RedirectStandardOutput = true };
        using Process process = Namespaces.Start(world.Left, start);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith($"{process.Id}\n", output);
        Assert.Contains("l0", output);
    }

    [Fact]
    public void What_is_thrown_in_a_namespace_is_thrown_to_the_caller()
    {
        using ForwardingWorld world = new();
        Assert.Throws<InvalidOperationException>(() => NamespaceThread.Run(world.Left, () => throw new InvalidOperationException()));
        KernelException missing = Assert.Throws<KernelException>(() => NamespaceThread.Run("none", () => { }));
        Assert.Equal("namespace: open none: ENOENT", missing.Message);
    }

    [Fact]
    public void Settings_belong_to_the_namespace_of_the_thread()
    {
        using ForwardingWorld world = new();
        Assert.Equal("1", NamespaceThread.Run(world.Middle, () => Sysctl.Read("net.ipv4.ip_forward")));
        Assert.Equal("0", NamespaceThread.Run(world.Left, () => Sysctl.Read("net.ipv4.ip_forward")));
        KernelException refused = Assert.Throws<KernelException>(() => NamespaceThread.Run(world.Left, () => Sysctl.Write("net.ipv4.ip_forward", "nonsense")));
        Assert.Equal(Errno.EINVAL, refused.Errno);
    }

    [Fact]
    public void A_refused_command_says_what_and_why()
    {
        using ForwardingWorld world = new();
        KernelException refused = Assert.Throws<KernelException>(() => Namespaces.Create(world.Left));
        Assert.StartsWith($"ip: netns add {world.Left}: ", refused.Message);
        Assert.True(Namespaces.Exists(world.Left));
        Assert.False(Namespaces.Exists("none"));
    }
}
