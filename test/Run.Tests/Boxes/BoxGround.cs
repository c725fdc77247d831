using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Exeat.Linux;
using Exeat.Run.Box;

namespace Exeat.Run.Tests.Boxes;

/// <summary>A folder to work in, things beside it that are to stay out of reach, and a network namespace: where a command runs in a box, or, as the control, without one.</summary>
public sealed class BoxGround : IDisposable
{
    private const uint Shown = 1000;
    private static readonly Lock Preparing = new();
    private readonly string _space = $"box{Guid.NewGuid():N}"[..12];

    public BoxGround()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("EXEAT_TEST_NAMESPACE") == "1",
            "needs namespaces of its own: EXEAT_TEST_NAMESPACE=1 unshare -Urnmpf --mount-proc dotnet <this test program>");
        lock (Preparing) Namespaces.PrepareRun();
        Namespaces.Create(_space);
        Outside = Directory.CreateTempSubdirectory("exeat-box-").FullName;
        Folder = Directory.CreateDirectory(Path.Combine(Outside, "work")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(Outside, "home")).FullName;
        File.WriteAllText(Path.Combine(Outside, "secret"), "the secret\n");
        File.WriteAllText(Path.Combine(Home, ".profile"), "# start-up\n");
    }

    /// <summary>Beside the working folder: not for the command.</summary>
    public string Outside { get; }

    public string Folder { get; }

    public string Home { get; }

    public string Space => $"/run/netns/{_space}";

    public BoxRequest Request(params ReadOnlySpan<string> command) => new()
    {
        Command = [.. command],
        Folder = Folder,
        NetworkNamespace = Space,
        User = new BoxUser(Shown, Shown, 0, 0),
        Environment = Variables(),
        Resolvers = ["192.0.2.53", "2001:db8::53"],
    };

    public ImmutableSortedDictionary<string, string> Variables() => new Dictionary<string, string>
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
        ["HOME"] = Home,
        ["USER"] = "tester",
        ["LC_ALL"] = "C.UTF-8",
        ["OUTSIDE"] = Outside,
    }.ToImmutableSortedDictionary();

    /// <summary>Runs a command in a box; its output and errors together.</summary>
    public Task<BoxOutcome> ContainedAsync(params ReadOnlySpan<string> command) => ContainedAsync(Request(command));

    public static async Task<BoxOutcome> ContainedAsync(BoxRequest request, string input = "")
    {
        (Handle outRead, Handle outWrite) = Handle.Pipe();
        using Handle standardInput = Handle.WithBytes(Encoding.UTF8.GetBytes(input));
        Task<string> output = Task.Run(() => ReadAll(outRead), TestContext.Current.CancellationToken);
        int status;
        await using (ContainedCommand command = ContainedCommand.Start(request, [standardInput, outWrite, outWrite]))
        {
            outWrite.Dispose();
            status = await command.EndAsync(TestContext.Current.CancellationToken);
        }
        string text = await output;
        outRead.Dispose();
        return new BoxOutcome(status, text.Trim());
    }

    /// <summary>The control: the same command in the same folder, with nothing around it.</summary>
    public async Task<BoxOutcome> FreeAsync(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach ((string name, string value) in Variables()) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new BoxOutcome(process.ExitCode, (output + await errors).Trim());
    }

    public static string ReadAll(Handle from)
    {
        List<byte> all = [];
        byte[] buffer = new byte[4096];
        while (from.Read(buffer) is > 0 and int count) all.AddRange(buffer.AsSpan(0, count));
        return Encoding.UTF8.GetString([.. all]);
    }

    public void Dispose()
    {
        Namespaces.Delete(_space);
        Directory.Delete(Outside, recursive: true);
    }
}
