using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Runs;

/// <summary>What an agent puts into the working folder under the names of tools is started by nothing of ours outside the box: not while its run ends, nor by what is typed there later.</summary>
public sealed class RunTrapTests(RunLab lab) : IClassFixture<RunLab>
{
    private static readonly string[] Names =
    [
        "kill", "setsid", "unshare", "ip", "nsenter", "nft", "sysctl", "env", "sh", "true", "sleep", "bwrap", "setpriv", "pasta", "slirp4netns", "exeat", "exeat-gateway", "mount", "iptables", "modprobe",
    ];

    [Theory, InlineData("veth"), InlineData("slirp4netns")]
    public async Task Programs_of_the_working_folder_are_not_started_outside(string way)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipWhen(RunLab.Obstacle(way) is not null, RunLab.Obstacle(way) ?? "");
        string witness = Path.Combine(lab.State.Folder, $"witness-{way}");
        // In the box there is no such place: only what is started outside can write there. Each then does what it is asked for.
        string set = $$"""
            mkdir -p .venv/bin
            for name in {{string.Join(' ', Names)}}; do
              printf '#!/bin/sh\necho %s "$@" >>{{witness}}\nexec /usr/bin/env -u PATH /bin/sh -c '"'"'PATH=/usr/sbin:/usr/bin:/sbin:/bin; exec "$@"'"'"' sh %s "$@"\n' $name $name >$name
              chmod +x $name; cp $name .venv/bin/
            done
            """;
        Finished first = await lab.ContainAsync(["--class", "coding", "--network", way], set);
        Assert.True(first.Succeeded, first.Errors);
        Assert.All(Names, name => Assert.True(File.Exists(Path.Combine(lab.Work, ".venv/bin", name))));
        Assert.False(File.Exists(witness), File.Exists(witness) ? await File.ReadAllTextAsync(witness) : "");

        // The same folder again, by a person who has the project's tools on their path, relative and absolute.
        string path = $"PATH=.venv/bin::.:{lab.Work}/.venv/bin:{Environment.GetEnvironmentVariable("PATH")}";
        List<string> again = [.. lab.Command(["--class", "coding", "--network", way], "/bin/sh", "-c", "echo $PATH")];
        Assert.StartsWith($".venv/bin:.:{lab.Work}/.venv/bin:", (await TypeAsync(again)).Output, StringComparison.Ordinal);
        int dotnet = again.IndexOf(LabPrograms.Exeat[1]);
        await TypeAsync([.. again[..(dotnet + 1)], "preflight"]);
        Assert.False(File.Exists(witness), File.Exists(witness) ? await File.ReadAllTextAsync(witness) : "");

        // Control: by its bare name the shell starts what lies there.
        Assert.True((await lab.OpenAsync("PATH=.venv/bin:$PATH; ip link >/dev/null")).Succeeded);
        Assert.StartsWith("ip link", await File.ReadAllTextAsync(witness), StringComparison.Ordinal);

        // The absolute path of the runtime: the test's own env would look for it along that PATH.
        Task<Finished> TypeAsync(List<string> command) =>
            Subprocess.RunAsync([.. command.Select(word => word == "dotnet" ? Environment.ProcessPath! : word).SelectMany(word => word.StartsWith("XDG_STATE_HOME=", StringComparison.Ordinal) ? (string[])[word, path] : [word])], TimeSpan.FromSeconds(120));
    }
}
