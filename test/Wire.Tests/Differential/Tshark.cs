using System.Diagnostics;

namespace Exeat.Wire.Tests.Differential;

/// <summary>The independent reader: one run of tshark over many packets. Where it is not installed, the test is skipped and says so.</summary>
internal static class Tshark
{
    // A run takes seconds; a machine full of other work gets minutes.
    private const int LimitMs = 300_000;

    /// <summary>For each packet the values of each field, in the order of the fields; several values of one field in the order in which they lie in the packet.</summary>
    public static IReadOnlyList<string[][]> Read(IReadOnlyList<byte[]> packets, params IReadOnlyList<string> fields)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "tshark"))), "tshark is not installed (./dev setup does it)");
        string folder = Directory.CreateTempSubdirectory("exeat-tshark").FullName;
        try
        {
            string file = Path.Combine(folder, "packets.pcap");
            Pcap.Write(file, packets);
            var start = new ProcessStartInfo("tshark") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["HOME"] = folder;
            string[] arguments =
            [
                "-n", "-r", file, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=;",
                "-o", "tcp.relative_sequence_numbers:FALSE", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
            ];
            foreach (string argument in arguments.Concat(fields.SelectMany(field => (string[])["-e", field]))) start.ArgumentList.Add(argument);
            using Process tshark = Process.Start(start)!;
            Task<string> errors = tshark.StandardError.ReadToEndAsync();
            Task<string> output = tshark.StandardOutput.ReadToEndAsync();
            if (!tshark.WaitForExit(LimitMs))
            {
                tshark.Kill();
                Assert.Fail("tshark did not end");
            }
            string[] lines = output.Result.TrimEnd('\n').Split('\n');
            Assert.True(lines.Length == packets.Count, $"{lines.Length} lines for {packets.Count} packets: {errors.Result}");
            return [.. lines.Select(line => line.Split('\t').Select(value => value.Length == 0 ? [] : value.Split(';')).ToArray())];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
