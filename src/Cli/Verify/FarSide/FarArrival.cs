namespace Exeat.Cli.Verify;

/// <summary>What arrived with a token.</summary>
internal sealed record FarArrival(string Token, string Protocol, int Port, string From, DateTimeOffset Time, int Count);
