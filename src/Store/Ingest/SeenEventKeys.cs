namespace Exeat.Store;

/// <summary>Which events were taken, per delivering gateway, origin and epoch: exact, and bounded. What is forgotten is looked up in the store.</summary>
internal sealed class SeenEventKeys
{
    /// <summary>A gateway opens a new epoch with every start; it sends of the last one or two.</summary>
    public const int MostStreams = 64;

    private readonly Dictionary<string, Sender> _senders = [];

    // The stream that was asked for last: mostly it is the next one too.
    private (string Gateway, string Origin, long Epoch, SeenRuns Runs)? _last;

    public Seen Look(string gateway, in EventKey key)
    {
        if (IsLast(gateway, key)) return _last!.Value.Runs.Look(key.Sequence);
        if (!_senders.TryGetValue(gateway, out Sender? sender)) return Seen.Never;
        if (sender.Streams.TryGetValue((key.Origin, key.Epoch), out SeenRuns? runs)) return runs.Look(key.Sequence);
        return key.Epoch <= sender.ForgottenThrough ? Seen.Uncertain : Seen.Never;
    }

    public void Add(string gateway, in EventKey key)
    {
        if (IsLast(gateway, key))
        {
            _last!.Value.Runs.Add(key.Sequence);
            return;
        }
        if (!_senders.TryGetValue(gateway, out Sender? sender)) _senders[gateway] = sender = new Sender();
        if (!sender.Streams.TryGetValue((key.Origin, key.Epoch), out SeenRuns? runs))
        {
            if (sender.Streams.Count >= MostStreams) sender.Forget();
            sender.Streams[(key.Origin, key.Epoch)] = runs = new SeenRuns();
            if (key.Epoch <= sender.ForgottenThrough) runs.ForgetAll();
        }
        runs.Add(key.Sequence);
        // After one may have been forgotten: the last is never a forgotten one.
        _last = (gateway, key.Origin, key.Epoch, runs);
    }

    public List<SeenStream> Save() =>
    [
        .. _senders.SelectMany(sender => sender.Value.Streams.Select(stream => new SeenStream
        {
            Gateway = sender.Key,
            Origin = stream.Key.Origin,
            Epoch = stream.Key.Epoch,
            UncertainThrough = stream.Value.UncertainThrough,
            Runs = [.. stream.Value.Bounds],
            ForgottenThrough = sender.Value.ForgottenThrough,
        })),
    ];

    public void Load(IEnumerable<SeenStream> streams)
    {
        foreach (SeenStream stream in streams)
        {
            if (!_senders.TryGetValue(stream.Gateway, out Sender? sender)) _senders[stream.Gateway] = sender = new Sender();
            sender.ForgottenThrough = Math.Max(sender.ForgottenThrough, stream.ForgottenThrough);
            sender.Streams[(stream.Origin, stream.Epoch)] = new SeenRuns(stream.UncertainThrough, stream.Runs);
        }
    }

    private bool IsLast(string gateway, in EventKey key) => _last is { } last && last.Epoch == key.Epoch && last.Origin == key.Origin && last.Gateway == gateway;

    private sealed class Sender
    {
        public Dictionary<(string Origin, long Epoch), SeenRuns> Streams { get; } = [];

        public long ForgottenThrough { get; set; } = -1;

        // The half with the lowest epochs.
        public void Forget()
        {
            foreach ((string, long Epoch) old in Streams.Keys.OrderBy(key => key.Epoch).Take(MostStreams / 2).ToList())
            {
                ForgottenThrough = Math.Max(ForgottenThrough, old.Epoch);
                Streams.Remove(old);
            }
        }
    }
}
