using System.Net.Sockets;
using Exeat.Run.Network;

namespace Exeat.Run.Tests;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("nameserver 198.51.100.1\n", "198.51.100.1")]
    [InlineData("# nameserver 198.51.100.9\nsearch example\nnameserver\t127.0.0.53 # local\nnameserver 2001:db8::1\n", "127.0.0.53 2001:db8::1")]
    [InlineData("nameserver none\nnameserver 198.51.100.1\nnameserver 198.51.100.2\nnameserver 198.51.100.3\nnameserver 198.51.100.4\n", "198.51.100.1 198.51.100.2 198.51.100.3")]
    [InlineData("", "127.0.0.1")]
    public void Resolvers_are_those_that_the_C_library_would_ask(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', HostResolvers.Parse(text.Split('\n'))));

    [Fact]
    public void Missing_programs_are_named_with_their_packages()
    {
        Assert.Equal("programs are missing: ip, bwrap; install them: sudo apt-get install iproute2 bubblewrap", RunGround.MissingTools(tool => tool is "unshare" or "nsenter" or "setsid"));
        Assert.Null(RunGround.MissingTools(_ => true));
    }

    [Fact]
    public void A_run_that_is_held_is_running_and_one_that_is_over_leaves_its_records()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("exeat-runs-");
        try
        {
            RunFolder run = RunFolder.Create(root.FullName, DateTimeOffset.UnixEpoch);
            Directory.CreateDirectory(Path.Combine(run.Path, RunFolder.Journal));
            Directory.CreateDirectory(Path.Combine(run.Path, "state"));
            Assert.Equal(run.Path, Assert.Single(RunFolder.Running(root.FullName)).Path);
            run.Close(withRecords: false);
            Assert.Empty(RunFolder.Running(root.FullName));
            Assert.Equal(["journal"], Directory.EnumerateFileSystemEntries(run.Path).Select(Path.GetFileName));
            RunFolder refused = RunFolder.Create(root.FullName, DateTimeOffset.UnixEpoch.AddDays(1));
            refused.Close(withRecords: true);
            Assert.False(Directory.Exists(refused.Path));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_channel_that_is_closed_refuses_what_is_said_and_does_not_throw()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("exeat-run-");
        try
        {
            string path = Path.Combine(folder.FullName, RunFolder.Channel);
            using Socket listener = RunChannel.Listen(path);
            using RunChannel far = RunChannel.Connect(path);
            using RunChannel near = await RunChannel.AcceptAsync(listener, TestContext.Current.CancellationToken);
            Assert.True(near.Say("signal", "15"));
            (string Word, string Text)? heard = await far.HearAsync(TestContext.Current.CancellationToken);
            Assert.Equal("15", heard?.Text);
            near.Dispose();
            Assert.False(near.Say("signal", "15"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_last_twenty_runs_are_kept()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("exeat-runs-");
        try
        {
            for (int i = 0; i < 23; i++) RunFolder.Create(root.FullName, DateTimeOffset.UnixEpoch.AddDays(i)).Close(withRecords: false);
            string[] left = [.. Directory.EnumerateDirectories(root.FullName).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
            // Each begins by leaving twenty, and is the next.
            Assert.Equal(21, left.Length);
            Assert.StartsWith("19700103-", left[0], StringComparison.Ordinal);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
