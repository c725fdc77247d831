using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

// Reports go where all build output goes.
IConfig config = DefaultConfig.Instance.WithArtifactsPath(Path.Combine("artifacts", "bench"));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
