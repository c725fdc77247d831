using BenchmarkDotNet.Attributes;
using Exeat.Policy;

namespace Exeat.Bench;

/// <summary>How long does it take until a big checked policy can decide? (Promise: under a second.)</summary>
[MemoryDiagnoser]
public class CompileBigPolicy
{
    private readonly Policy.Policy _policy = BigPolicy.Make();
    private readonly AgentsDocument _agents = BigPolicy.Agents();

    [Benchmark]
    public CompiledPolicy Compile() => CompiledPolicy.Compile(_policy, _agents, BigPolicy.Now);
}
