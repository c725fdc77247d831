namespace Exeat.Control.Http;

/// <summary>One connection's place at its listener.</summary>
internal sealed class ConnectionPlace(ConnectionPlaces places, string address) : IDisposable
{
    private bool _left;

    public string Address => address;

    internal bool IsGreeting { get; set; } = true;

    internal string? Certificate { get; set; }

    /// <summary>The handshake is done. False: its certificate has as many connections as it may.</summary>
    public bool Greeted(string? certificate) => places.Greeted(this, certificate);

    public void Dispose()
    {
        if (_left) return;
        _left = true;
        places.Leave(this);
    }
}
