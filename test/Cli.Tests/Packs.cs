using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli.Tests;

/// <summary>The packs of this repository, as exeat init uses them.</summary>
internal static class Packs
{
    public static string Folder { get; } = Path.Combine(CommandLine.Root, "policies");

    public static ImmutableArray<PackSummary> All { get; } = PackCatalog.Read(Folder).Packs;

    public static InitWish Wish(string type, string runtime, params string[] models) => new()
    {
        Class = type,
        Runtime = runtime,
        Models = [.. models],
        Resolvers = ["10.0.0.2", "fd00:ec2::253"],
        Region = "eu-west-1",
        Owner = "platform",
        Why = "a test",
        Today = new DateOnly(2026, 11, 28),
        MonitorUntil = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(14),
    };
}
