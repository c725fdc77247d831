using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Labs;

/// <summary>Whether this process was started inside fresh user, mount, network and process namespaces, as <c>./dev test</c> does.</summary>
internal static class TestSpaces
{
    private static readonly Lazy<Task> Entered = new(EnterAsync);

    public static bool Fresh => Environment.GetEnvironmentVariable("EXEAT_TEST_NAMESPACE") == "1";

    public const string WhyNot =
        "needs fresh namespaces: EXEAT_TEST_NAMESPACE=1 unshare -Urnmpf --mount-proc --kill-child dotnet artifacts/bin/Exeat.Lab.Tests/release/Exeat.Lab.Tests.dll";

    public static Task EnsureAsync() => Entered.Value;

    private static async Task EnterAsync()
    {
        // What is mounted has to stay where it is: labs that tests start mount their own over it, which a removed file refuses.
        LabState mounts = LabState.Create();
        IDisposable held = mounts.Hold();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            held.Dispose();
            mounts.Remove();
        };
        await PrivateMounts.MountAsync(mounts);
    }
}
