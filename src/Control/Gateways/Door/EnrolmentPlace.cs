namespace Exeat.Control.Gateways.Door;

/// <summary>One enrolment that is under way.</summary>
internal sealed class EnrolmentPlace(EnrolmentThrottle throttle, string source) : IDisposable
{
    private bool _left;

    /// <summary>Whether its token was right.</summary>
    public bool Succeeded { get; set; }

    public void Dispose()
    {
        if (_left) return;
        _left = true;
        throttle.Leave(source, Succeeded);
    }
}
