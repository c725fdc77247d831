using System.Diagnostics;
using System.Net.Sockets;
using Exeat.Linux;
using Exeat.Run.Box;

namespace Exeat.Run.Tests.Boxes;

/// <summary>K14, K16: each attack is the same program, once in the box and once without one, where it has to work.</summary>
public sealed class BoxAttackTests : IDisposable
{
    // Calls a system call by number and prints "done" or the error's name.
    private const string Call = """
        import ctypes, errno, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        def call(*arguments):
            got = libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
            print('done' if got >= 0 else errno.errorcode[ctypes.get_errno()])
            return got

        """;

    private const string Sockets = """
        import errno, socket, sys
        try:
            socket.socket(*[int(a) for a in sys.argv[1:]])
            print('done')
        except OSError as refused:
            print(errno.errorcode[refused.errno])
        """;

    private readonly BoxGround _ground = new();

    [Theory]
    [InlineData("K16-read", "cat \"$OUTSIDE/secret\"")]
    [InlineData("K16-write", "test -e \"$OUTSIDE/secret\" && echo changed >\"$OUTSIDE/secret\" && echo done")]
    [InlineData("K16-startup", "grep start-up \"$HOME/.profile\" && echo evil >>\"$HOME/.profile\" && echo done")]
    [InlineData("K16-system", "echo evil >/etc/profile.d/exeat-box-test.sh && rm /etc/profile.d/exeat-box-test.sh && echo done")]
    [InlineData("K16-machine", "ls /var/log /var/lib >/dev/null && echo done")]
    public async Task What_is_outside_is_neither_read_nor_written(string id, string script)
    {
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-c", script);
        Assert.True(contained.Status != 0, $"{id}: {contained.Output}");
        Assert.Equal("the secret\n", await File.ReadAllTextAsync(Path.Combine(_ground.Outside, "secret"), TestContext.Current.CancellationToken));
        Assert.Equal("# start-up\n", await File.ReadAllTextAsync(Path.Combine(_ground.Home, ".profile"), TestContext.Current.CancellationToken));
        BoxOutcome free = await _ground.FreeAsync("sh", "-c", script);
        Assert.True(free.Status == 0, $"{id}, control: {free.Output}");
    }

    [Fact]
    public async Task K16_sockets_outside_are_not_there_by_path_nor_by_abstract_name()
    {
        string[] places = [Path.Combine(_ground.Outside, "agent.sock"), $"/run/exeat-{Guid.NewGuid():N}.sock", $"\0exeat-{Guid.NewGuid():N}"];
        foreach (string place in places)
        {
            using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(place));
            listener.Listen();
            string program = $"""
                import socket
                socket.socket(socket.AF_UNIX).connect('{place.Replace("\0", "\\0", StringComparison.Ordinal)}')
                print('done')
                """;
            BoxOutcome contained = await _ground.ContainedAsync("python3", "-c", program);
            Assert.Contains(place[0] == '\0' ? "ConnectionRefusedError" : "FileNotFoundError", contained.Output, StringComparison.Ordinal);
            Assert.False(listener.Poll(0, SelectMode.SelectRead));
            Assert.Equal("done", (await _ground.FreeAsync("python3", "-c", program)).Output);
            Assert.True(listener.Poll(0, SelectMode.SelectRead));
        }
    }

    [Fact]
    public async Task K16_descriptors_of_the_caller_are_closed()
    {
        string path = Path.Combine(_ground.Outside, "secret");
        using Microsoft.Win32.SafeHandles.SafeFileHandle inherited = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Inheritable);
        string[] script = ["sh", "-c", "for f in /proc/self/fd/*; do readlink $f; done"];
        Assert.Contains(path, (await _ground.FreeAsync(script)).Output, StringComparison.Ordinal);
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-c", "ls /proc/$$/fd");
        Assert.Equal(["0", "1", "2"], contained.Output.Split('\n').Where(number => number != "10"));
        Assert.DoesNotContain(path, (await _ground.ContainedAsync(script)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("K14-packet", "17 3 0", "EAFNOSUPPORT")]
    [InlineData("K14-packet-old", "2 10 768", "EAFNOSUPPORT")]
    [InlineData("K16-vsock", "40 1 0", "EAFNOSUPPORT")]
    [InlineData("K16-netfilter", "16 3 12", "EPROTONOSUPPORT")]
    [InlineData("K16-raw", "2 3 255", "EPROTONOSUPPORT")]
    [InlineData("K16-raw-6", "10 3 255", "EPROTONOSUPPORT")]
    public async Task Sockets_of_no_use_are_refused(string id, string socket, string refusal)
    {
        string[] command = ["python3", "-c", Sockets, .. socket.Split(' ')];
        Assert.Equal((id, refusal), (id, (await _ground.ContainedAsync(command)).Output));
        Assert.Equal((id, "done"), (id, (await _ground.FreeAsync(command)).Output));
    }

    [Theory]
    [InlineData("1 1 0")]
    [InlineData("2 1 6")]
    [InlineData("10 1 0")]
    [InlineData("2 2 17")]
    [InlineData("10 2 0")]
    [InlineData("16 3 0")]
    public async Task Sockets_of_honest_programs_are_there(string socket) =>
        Assert.Equal("done", (await _ground.ContainedAsync(["python3", "-c", Sockets, .. socket.Split(' ')])).Output);

    [Theory]
    [InlineData("K14-mount", "call(165, b'none', b'/mnt', b'tmpfs', 0, None)", "EPERM", "done")]
    [InlineData("K14-unshare-user", "call(272, 0x10000000)", "EPERM", "done")]
    [InlineData("K14-unshare-net", "call(272, 0x40000000)", "EPERM", "done")]
    [InlineData("K14-clone3", "call(435, 0, 0)", "ENOSYS", "EINVAL")]
    [InlineData("K14-setns", "call(308, os.open('/proc/self/ns/net', os.O_RDONLY), 0)", "EPERM", "done")]
    [InlineData("K14-io-uring", "call(425, 1, 0)", "ENOSYS", "EFAULT")]
    [InlineData("K14-userfaultfd", "call(323, 1)", "EPERM", "done")]
    [InlineData("K16-keyring", "call(250, 0, -3, 1)", "EPERM", "done")]
    [InlineData("K14-newer-call", "call(4000)", "ENOSYS", "ENOSYS")]
    [InlineData("K16-setuid-chmod", "open('s','w'); call(90, b's', 0o4755)", "EPERM", "done")]
    [InlineData("K16-setuid-fchmodat2", "open('s','w'); call(452, -100, b's', 0o4755, 0)", "EPERM", "done")]
    [InlineData("K16-setgid-open", "call(257, -100, b't', 0o102, 0o2755)", "EPERM", "done")]
    [InlineData("K16-setuid-openat2", "call(437, -100, b't', 0, 0)", "ENOSYS", "EINVAL")]
    public async Task Calls_that_reach_further_are_refused(string id, string call, string refusal, string control)
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "the numbers are those of x86-64");
        Assert.Equal((id, refusal), (id, (await _ground.ContainedAsync("python3", "-c", Call + call)).Output));
        Assert.Equal((id, control), (id, (await _ground.FreeAsync("python3", "-c", Call + call)).Output));
    }

    [Fact]
    public async Task K14_the_calls_of_32_bit_programs_end_the_process()
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "only x86-64 has them");
        // mov eax, 20 (getpid of i386); int 0x80; ret. And getpid of x32, by its bit in the number.
        string old = """
            import ctypes, mmap
            code = mmap.mmap(-1, 4096, prot=7)
            code.write(b'\xb8\x14\0\0\0\xcd\x80\xc3')
            print('done', ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))() > 0)
            """;
        const int KilledBySignalOfBadCall = 128 + 31, KilledByTheProcessor = 128 + 11;
        var free = await _ground.FreeAsync("python3", "-c", old);
        // A kernel without them (CONFIG_IA32_EMULATION, or ia32_emulation=0 at its start) has nothing that could be called.
        bool has = free.Status != KilledByTheProcessor;
        if (!has) TestContext.Current.TestOutputHelper?.WriteLine("this kernel has no calls of 32-bit programs: in the box as outside the processor itself ends whoever tries");
        Assert.Equal(has ? "done True" : "", free.Output);
        Assert.Equal(has ? KilledBySignalOfBadCall : KilledByTheProcessor, (await _ground.ContainedAsync("python3", "-c", old)).Status);
        Assert.Equal(KilledBySignalOfBadCall, (await _ground.ContainedAsync("python3", "-c", Call + "call(0x40000027)")).Status);
        Assert.Equal(0, (await _ground.FreeAsync("python3", "-c", Call + "call(0x40000027)")).Status);
    }

    [Fact]
    public async Task K16_processes_outside_are_neither_seen_nor_signalled_nor_traced()
    {
        using Process bystander = Process.Start("sleep", "1000");
        string script = $"ls /proc/{bystander.Id}/status; kill -9 {bystander.Id} && echo done";
        try
        {
            BoxOutcome contained = await _ground.ContainedAsync("sh", "-c", script + "; ls -d /proc/[0-9]* | wc -l; kill -9 -1");
            Assert.DoesNotContain("done", contained.Output, StringComparison.Ordinal);
            Assert.DoesNotContain($"/proc/{bystander.Id}/status\n", contained.Output, StringComparison.Ordinal);
            Assert.False(bystander.HasExited);
            // 101 is ptrace, 16 is to attach.
            Assert.DoesNotContain("done", (await _ground.ContainedAsync("python3", "-c", Call + $"call(101, 16, {bystander.Id}, 0, 0)")).Output, StringComparison.Ordinal);
            Assert.Equal("done", (await _ground.FreeAsync("python3", "-c", Call + $"call(101, 16, {bystander.Id}, 0, 0)")).Output);
            Assert.Contains("done", (await _ground.FreeAsync("sh", "-c", script)).Output, StringComparison.Ordinal);
            await bystander.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!bystander.HasExited) bystander.Kill();
        }
    }

    [Fact]
    public async Task K14_no_capability_is_left_and_none_can_be_gained()
    {
        string[] command = ["sh", "-c", "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status | tr -d '\\t'"];
        Assert.Equal(
            "CapInh:0000000000000000 CapPrm:0000000000000000 CapEff:0000000000000000 CapBnd:0000000000000000 CapAmb:0000000000000000 NoNewPrivs:1 Seccomp:2",
            (await _ground.ContainedAsync(command)).Output.ReplaceLineEndings(" "));
        Assert.DoesNotContain("CapEff:0000000000000000", (await _ground.FreeAsync(command)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mnt")]
    [InlineData("pid")]
    [InlineData("ipc")]
    [InlineData("uts")]
    [InlineData("cgroup")]
    [InlineData("user")]
    [InlineData("net")]
    public async Task K16_every_namespace_is_its_own(string kind)
    {
        string[] command = ["readlink", $"/proc/self/ns/{kind}"];
        Assert.NotEqual((await _ground.FreeAsync(command)).Output, (await _ground.ContainedAsync(command)).Output);
    }

    [Theory]
    [InlineData("/proc/sys/net/ipv4/ip_default_ttl")]
    [InlineData("/proc/sys/net/ipv6/conf/all/forwarding")]
    [InlineData("/proc/sys/net/ipv4/ip_local_port_range")]
    public async Task K16_settings_of_the_kernel_are_not_written(string setting)
    {
        string[] command = ["sh", "-c", $"cat {setting} >value && cat value >{setting} && echo done"];
        BoxOutcome contained = await _ground.ContainedAsync(command);
        Assert.NotEqual(0, contained.Status);
        Assert.Equal((0, "done"), ((await _ground.FreeAsync(command)).Status, (await _ground.FreeAsync(command)).Output));
    }

    [Fact]
    public async Task K16_the_command_is_the_user_it_was_meant_to_be()
    {
        Assert.Equal("1000 1000", (await _ground.ContainedAsync("sh", "-c", "echo $(id -u) $(id -g)")).Output);
        Assert.Equal("1000 0 1", (await _ground.ContainedAsync("sh", "-c", "echo $(cat /proc/self/uid_map)")).Output);
    }

    [Fact]
    public async Task K16_policy_and_records_below_the_working_folder_are_out_of_reach()
    {
        string policy = Directory.CreateDirectory(Path.Combine(_ground.Folder, "sub/policy")).FullName;
        string journal = Directory.CreateDirectory(Path.Combine(_ground.Folder, "journal")).FullName;
        await File.WriteAllTextAsync(Path.Combine(policy, "policy.yaml"), "mode: enforce\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(journal, "1.ndjson"), "{}\n", TestContext.Current.CancellationToken);
        BoxRequest request = _ground.Request("sh", "-c", "cat sub/policy/policy.yaml; ls journal; echo evil >sub/policy/policy.yaml; mv sub sub2; mv journal j2; rm -rf sub journal; echo x >journal/x") with
        {
            ReadOnly = [policy],
            Hidden = [journal],
        };
        BoxOutcome contained = await BoxGround.ContainedAsync(request);
        Assert.StartsWith("mode: enforce\n", contained.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("1.ndjson", contained.Output, StringComparison.Ordinal);
        Assert.Equal("mode: enforce\n", await File.ReadAllTextAsync(Path.Combine(policy, "policy.yaml"), TestContext.Current.CancellationToken));
        Assert.Equal(["1.ndjson"], Directory.EnumerateFiles(journal).Select(Path.GetFileName));
        Assert.Equal(0, (await _ground.FreeAsync("sh", "-c", "echo evil >sub/policy/policy.yaml && mv sub sub2 && mv journal j2")).Status);
    }

    public void Dispose() => _ground.Dispose();
}
