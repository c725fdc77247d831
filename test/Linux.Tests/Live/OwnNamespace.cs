namespace Exeat.Linux.Tests.Live;

/// <summary>Live tests change the network: they run only where the test script has made a fresh user, network, mount and pid namespace.</summary>
internal static class OwnNamespace
{
    private static readonly Lock Preparing = new();

    public static void Require()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("EXEAT_TEST_NAMESPACE") == "1",
            "needs a namespace of its own: EXEAT_TEST_NAMESPACE=1 unshare -Urnmpf --mount-proc dotnet <this test program>");
        lock (Preparing) Namespaces.PrepareRun();
    }
}
