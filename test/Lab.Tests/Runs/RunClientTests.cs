using Exeat.Lab.Tests.Honest;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Runs;

/// <summary>What people run: an interactive shell on a terminal, a package manager, a browser. What they do in the box is what they do without it.</summary>
public sealed class RunClientTests(RunLab lab) : IClassFixture<RunLab>
{
    private const string Policy = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        default: deny
        smartGroups:
          all: {class: coding}
          resolvers: {cidrs: [192.0.2.253/32, "fd65:7865:6174::53/128"]}
        webGroups: {tools: {names: ["*.tools.example"]} }
        rules:
        - {name: allow-dns, priority: 1, from: [all], to: {groups: [resolvers]}, ports: [53], action: permit}
        - {name: allow-tools, priority: 10, from: [all], to: {names: [tools]}, protocol: tcp, ports: [80, 443], action: permit}

        """;

    // A person at a terminal of 33 by 101: what is typed, what is shown, and how it ends.
    private const string Person = """
        import os, pty, struct, fcntl, sys, termios, select
        pid, terminal = pty.fork()
        if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 33, 101, 0, 0))
        shown = b''
        def until(what):
            global shown
            while what not in shown:
                if not select.select([terminal], [], [], 60)[0]: sys.exit(f'{what} was never shown: {shown}')
                shown += os.read(terminal, 9999)
            at = shown.index(what) + len(what); before, shown = shown[:at], shown[at:]
            return before
        def type(line): os.write(terminal, line + b'\n')
        until(b'box$ ')
        type(b'echo size-$(stty size)-end'); until(b'size-33 101-end'); until(b'box$ ')
        # A key for a command that has not begun is the shell's, and the command would then run on.
        type(b"sh -c 'echo sl\"\"eeps; exec sleep 300'"); until(b'sleeps'); os.write(terminal, b'\x03'); until(b'box$ ')
        type(b'sleep 300 & jobs; kill %1; echo st""arted'); until(b'Running'); until(b'started'); until(b'box$ ')
        type(b'curl -4 -sS -m 10 https://github.com/; echo'); until(b'{"host":"github.com"}'); until(b'box$ ')
        type(b'curl -sS -m 10 https://attacker.example/ || echo ref""used'); quiet = until(b'refused'); until(b'box$ ')
        # Nothing but the command's own output comes into its terminal.
        assert b'exeat' not in quiet and b'deny' not in quiet, quiet
        type(b'exit 23')
        try:
            while True: shown += os.read(terminal, 9999)
        except OSError: pass
        print(shown.decode()); sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """;

    [Fact]
    public async Task A_shell_on_a_terminal_has_size_keys_jobs_and_its_status()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        IReadOnlyList<string> run = lab.Command(["--class", "coding", "--network", "veth"], "env", "PS1=box$ ", "bash", "--norc", "--noprofile", "-i");
        Finished person = await Subprocess.RunAsync(["python3", "-c", Person, .. run], TimeSpan.FromSeconds(120));
        Assert.True(person.Status == 23, $"{person.Status}: {person.Output}\n{person.Errors}");
        // The summary, when the shell has ended.
        Assert.Contains("attacker.example (dns)", person.Output, StringComparison.Ordinal);
        Assert.Contains("default-deny", person.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_in_the_box_have_the_outcome_that_they_have_without()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        (string Program, string Script)[] clients = [.. from client in ((string Program, string Script)[])[("npm", "npm.sh"), ("chromium", "chromium.sh"), ("python3", "client.py")] where new HonestClient(client.Program, client.Program).WhyNot() is null select client];
        Assert.SkipWhen(clients.Length == 0, "neither npm nor chromium nor python3 is installed here");
        await using HonestWorld tools = await HonestWorld.StartAsync(lab.Network, lab.State, WorldMap.Tools);
        string policy = Path.Combine(lab.Home, "tools.yaml");
        await File.WriteAllTextAsync(policy, Policy);
        File.Copy(tools.Authority, Path.Combine(lab.Work, "ca.pem"), overwrite: true);
        foreach ((string program, string script) in clients)
        {
            File.Copy(HonestClient.Script(script), Path.Combine(lab.Work, script), overwrite: true);
            string work = $"""
                mkdir -p in-{program}/home && cd in-{program} && export HOME=$PWD/home CA=$PWD/../ca.pem SPKI='{tools.Spki}'
                export SSL_CERT_FILE=$CA NODE_EXTRA_CA_CERTS=$CA
                {(program == "python3" ? program : "sh")} ../{script}
                """;
            Finished run = await lab.ContainAsync(["--class", "coding", "--network", "veth", "--policy", policy], work);
            Directory.Delete(Path.Combine(lab.Work, $"in-{program}"), recursive: true);
            Finished free = await lab.OpenAsync(work);
            Directory.Delete(Path.Combine(lab.Work, $"in-{program}"), recursive: true);
            Assert.True(free.Succeeded && free.Output.Length > 0, $"{program} fails without a box, so this test shows nothing: {free.Errors}");
            Assert.True(run.Succeeded, $"{program}: {run.Status}: {run.Output}\n{run.Errors}");
            Assert.Equal(free.Output, run.Output);
            TestContext.Current.TestOutputHelper?.WriteLine($"{program}: {run.Output.Length} characters, the same in the box as without; {run.Took.TotalSeconds:0.0} s and {free.Took.TotalSeconds:0.0} s");
        }
    }
}
