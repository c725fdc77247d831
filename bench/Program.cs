using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Exeat.Bench.Store;

// Questions about the flow store are put at a size of one's choosing: dotnet run -c Release --project bench -- store
if (args is ["store", ..]) return await StoreBench.RunAsync(args[1..]);
// Reports go where all build output goes.
IConfig config = DefaultConfig.Instance.WithArtifactsPath(Path.Combine("artifacts", "bench"));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
return 0;
