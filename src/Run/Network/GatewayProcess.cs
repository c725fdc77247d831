namespace Exeat.Run.Network;

/// <summary>The gateway of a run: the program that everybody else's agents have, in its namespace between the agent and the way out.</summary>
internal static class GatewayProcess
{
    /// <summary>Its document within the run's folder.</summary>
    public const string Document = "gateway.yaml";

    // Five times what it takes on a slow and busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts it and waits until it says that it is ready: both locks, ruleset, resolver.</summary>
    public static async Task<KeptProcess> StartAsync(RunSpaces spaces, IReadOnlyList<string> program, string folder, CancellationToken stop)
    {
        var gateway = new KeptProcess(["nsenter", $"--net={spaces.Gateway}", "--", .. program, "--config", Path.Combine(folder, Document)], Path.Combine(folder, "gateway.log"));
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(Patience);
            while (!gateway.HasSaid(" ready"))
            {
                Task said = gateway.SaidAsync();
                if (gateway.HasSaid(" ready")) break;
                if (await Task.WhenAny(said, gateway.FirstEnd).WaitAsync(patience.Token).ConfigureAwait(false) != said && !gateway.HasSaid(" ready"))
                {
                    // Its own statuses mean the same: 2 a document, 3 the machine.
                    int status = await gateway.FirstEnd.ConfigureAwait(false) is RunException.InputWrong ? RunException.InputWrong : RunException.EnvironmentLacks;
                    throw new RunException(status, $"the gateway of this run did not start; it said:\n{gateway.LastWords()}");
                }
            }
            return gateway;
        }
        catch (Exception failure)
        {
            string words = gateway.LastWords();
            await gateway.DisposeAsync().ConfigureAwait(false);
            if (failure is OperationCanceledException && !stop.IsCancellationRequested)
                throw new RunException(RunException.EnvironmentLacks, $"the gateway of this run was not ready within {Patience.TotalSeconds:0} s; it said:\n{words}");
            throw;
        }
    }
}
