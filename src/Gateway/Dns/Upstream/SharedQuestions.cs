using System.Collections.Concurrent;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Questions that are under way: who asks the same meanwhile waits for the same answer, and nothing more leaves.</summary>
/// <remarks>Each asker was judged and recorded before, and what the answer means for it is said after. There are no more of them than places to wait.</remarks>
internal sealed class SharedQuestions(Func<DomainName, DnsType, CancellationToken, Task<Answer?>> ask)
{
    private readonly ConcurrentDictionary<(DomainName Name, DnsType Type), Task<Answer?>> _underWay = new();

    /// <summary>Asks, or waits for who asked first. Null: no upstream gave a usable answer. All are stopped together, by the resolver's own stop.</summary>
    public async Task<Answer?> AskAsync(DomainName name, DnsType type, CancellationToken stop)
    {
        var mine = new TaskCompletionSource<Answer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<Answer?> first = _underWay.GetOrAdd((name, type), mine.Task);
        if (first != mine.Task)
        {
            Answer? shared = await first.WaitAsync(stop);
            stop.ThrowIfCancellationRequested();
            return shared;
        }
        Answer? answer = null;
        try
        {
            return answer = await ask(name, type, stop);
        }
        finally
        {
            _underWay.TryRemove((name, type), out _);
            // Whatever ended it: without an answer nobody is told anything but the failure.
            mine.SetResult(answer);
        }
    }
}
