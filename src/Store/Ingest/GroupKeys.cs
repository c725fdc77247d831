namespace Exeat.Store;

/// <summary>Which events the batches of one group have, before they are taken: almost always one stream in order, which needs no set.</summary>
internal sealed class GroupKeys
{
    private readonly List<(string Gateway, EventKey Key)> _inOrder = [];
    private HashSet<(string, EventKey)>? _all;

    /// <summary>Begins another group, in the same memory unless that became much.</summary>
    public void Clear()
    {
        _all = null;
        _inOrder.Clear();
        if (_inOrder.Capacity > IncomingBatch.MostKept) _inOrder.Capacity = 0;
    }

    /// <summary>False: it is there already.</summary>
    public bool Add(string gateway, in EventKey key)
    {
        if (_all is null)
        {
            if (_inOrder.Count == 0 || Follows(_inOrder[^1], gateway, key))
            {
                _inOrder.Add((gateway, key));
                return true;
            }
            _all = [.. _inOrder];
        }
        return _all.Add((gateway, key));
    }

    private static bool Follows(in (string Gateway, EventKey Key) last, string gateway, in EventKey key) =>
        key.Sequence > last.Key.Sequence && key.Epoch == last.Key.Epoch && key.Origin == last.Key.Origin && gateway == last.Gateway;
}
