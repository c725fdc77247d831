using System.Text;
using CsCheck;

namespace Exeat.Policy.Tests.Documents;

/// <summary>Whatever a file holds, loading it gives a policy or problems: no exception, no endless work (invariant I9).</summary>
public class HostileYamlTests
{
    private static readonly byte[] Seed = File.ReadAllBytes(Repository.Path("test", "Policy.Tests", "cases", "design-example", "policy.yaml"));

    private static readonly string[] Splinters =
        ["{", "}", "[", "]", ":", "- ", "&a ", "*a", "!!str ", "<<: ", "|\n", ">\n ", "\"", "'", "%YAML 1.2\n", "---\n", "...\n", "\t", "\0", "\u202e", "${x}", "?", ",", "#", "\r", "\ufeff", "10.0.0.0/8", "**.x", "\ud7ff", "~"];

    [Fact]
    public void Damaged_documents_are_problems_or_policies_but_never_exceptions()
    {
        Gen<byte[]> damaged = Gen.Select(Gen.Int[0, Seed.Length - 1], Gen.Int[0, 40], Gen.Int[0, Splinters.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 6].Select(edits =>
        {
            List<byte> bytes = [.. Seed];
            foreach ((int at, int length, int splinter, byte b, int kind) in edits)
            {
                int from = Math.Min(at, bytes.Count - 1);
                if (from < 0) break;
                if (kind == 0) bytes.RemoveRange(from, Math.Min(length, bytes.Count - from));
                else if (kind == 1) bytes.InsertRange(from, Encoding.UTF8.GetBytes(Splinters[splinter]));
                else if (kind == 2) bytes[from] = b;
                else bytes.InsertRange(from, bytes.GetRange(from, Math.Min(length, bytes.Count - from)));
            }
            return bytes.ToArray();
        });
        damaged.Sample(HasAnAnswer, iter: 1200, threads: 1);
    }

    [Fact]
    public void Byte_salad_is_a_list_of_problems() =>
        Gen.Byte.Array[0, 200].Sample(HasAnAnswer, iter: 500, threads: 1);

    [Fact]
    public void Salad_of_yaml_signs_is_a_list_of_problems() =>
        Gen.Int[0, Splinters.Length - 1].Array[0, 60].Select(picks => Encoding.UTF8.GetBytes(string.Concat(picks.Select(pick => Splinters[pick])))).Sample(HasAnAnswer, iter: 1200, threads: 1);

    [Fact]
    public void A_document_nested_a_million_deep_is_one_problem()
    {
        Problem problem = Read(new string('[', 1_000_000));
        Assert.Contains("nested", problem.What, StringComparison.Ordinal);
        Assert.Contains("nested", Read(string.Concat(Enumerable.Repeat("- ", 100_000))).What, StringComparison.Ordinal);
        Assert.Contains("nested", Read(string.Concat(Enumerable.Repeat("{a: ", 100_000))).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_without_being_unfolded()
    {
        var bomb = new StringBuilder("apiVersion: exeat/v1\nkind: Policy\nl0: &l0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) bomb.Append(null, $"l{i}: &l{i} [{string.Join(", ", Enumerable.Repeat($"*l{i - 1}", 9))}]\n");
        using var folder = new TempFolder();
        LoadResult result = Loading.Load(folder.Write("bomb.yaml", bomb.ToString()));
        Assert.Null(result.Policy);
        Assert.Contains(result.Problems, problem => problem.What.Contains("aliases", StringComparison.Ordinal));
        Assert.InRange(result.Problems.Length, 1, ProblemList.MaxProblems + 1);
    }

    [Fact]
    public void A_file_beyond_the_size_limit_is_one_problem() =>
        Assert.Contains("larger than", Read(new string('#', DocumentFiles.MaxFileBytes + 1)).What, StringComparison.Ordinal);

    [Fact]
    public void Zero_bytes_and_broken_utf8_are_problems()
    {
        using var folder = new TempFolder();
        string path = folder.Write("p.yaml", "");
        foreach (byte[] bytes in new byte[][] { [.. "kind: Policy"u8, 0], [0xff, 0xfe, 0x41], [0xc3] })
        {
            File.WriteAllBytes(path, bytes);
            Assert.Contains("not UTF-8 text", Loading.Load(path).Problems.OnlyError().What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_quoted_control_character_is_escaped_in_the_problem()
    {
        Problem problem = Loading.Policy("mode: \"mon\\e[31mitor\"\n").Problems.OnlyError();
        Assert.DoesNotContain('\u001b', problem.ToString());
        problem = Loading.Policy("mode: monitor\nwebGroups: {a: {names: [\"x\\u202e.org\"]}}\n").Problems.OnlyError();
        Assert.DoesNotContain('\u202e', problem.ToString());
    }

    private static Problem Read(string text)
    {
        using var folder = new TempFolder();
        return Loading.Load(folder.Write("p.yaml", text)).Problems.OnlyError();
    }

    private static void HasAnAnswer(byte[] bytes)
    {
        using var folder = new TempFolder();
        string path = System.IO.Path.Combine(folder.Path, "p.yaml");
        File.WriteAllBytes(path, bytes);
        LoadResult policy = Loading.Load(path);
        Assert.True(policy.Policy is not null || policy.Problems.Any(problem => problem.Severity == Severity.Error));
        Assert.True(AgentsLoader.Load(path) is { Agents: null, Problems.Length: > 0 });
        Assert.True(GatewayDocumentLoader.Load(path) is { Gateway: null, Problems.Length: > 0 });
    }
}
