using System.Text;
using Exeat.Flows;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Store.Tests;

/// <summary>A store in a folder of its own, driven by hand.</summary>
internal sealed class TemporaryStore : IAsyncDisposable
{
    public TemporaryStore(Func<StoreOptions, StoreOptions>? with = null)
    {
        Dir = Directory.CreateTempSubdirectory("exeat-store").FullName;
        Options = new StoreOptions { Dir = Dir, IsDriven = false, MinFreeBytes = 0, RetentionDays = 0, Threads = 1 };
        if (with is not null) Options = with(Options);
        Store = FlowStore.Open(Options, Time);
    }

    public FakeTimeProvider Time { get; } = new(Lines.Start);

    public string Dir { get; }

    public StoreOptions Options { get; }

    public FlowStore Store { get; private set; }

    public IngestResult Append(Lines lines, string gateway = "gw-1") => Store.Append(gateway, lines.Bytes, Time.GetUtcNow());

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = FlowStore.Open(Options, Time);
    }

    public async Task<List<StoredFlow>> ListAsync(FlowFilter? filter = null)
    {
        List<StoredFlow> all = [];
        string? cursor = null;
        do
        {
            FlowPage page = await Store.ListAsync(filter ?? new FlowFilter(), cursor, 100, default);
            all.AddRange(page.Flows);
            cursor = page.Next;
        }
        while (cursor is not null);
        return all;
    }

    public async Task<List<string>> EventIdsAsync(FlowFilter? filter = null)
    {
        List<string> ids = [];
        var reader = new EventReader();
        await foreach (StoredLine line in Store.EventsAsync(filter ?? new FlowFilter(), null, default))
        {
            Assert.Equal(LineRead.Found, reader.TryRead(line.Line.ToArray(), out FlowEvent? read));
            ids.Add(read!.Id);
        }
        return ids;
    }

    public Task<GroupResult> GroupAsync(params FlowDimension[] by) => Store.GroupAsync(new GroupQuery { By = by, Top = 1000 }, null, default);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(Dir, recursive: true);
    }
}
