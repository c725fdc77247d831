namespace Exeat.Policy;

/// <summary>What people and gateways can take of control.</summary>
public sealed record ControlLimits
{
    /// <summary>Requests of people that are answered at once; more are refused with 503. 256: ten people's pages and their live tails.</summary>
    public int Requests { get; init; } = 256;

    /// <summary>Failed logins a minute for one account from one source. 10: a person mistypes three times.</summary>
    public int LoginsPerMinute { get; init; } = 10;

    /// <summary>How long a session lives at most, in minutes. 720: a working day.</summary>
    public int SessionMinutes { get; init; } = 720;

    /// <summary>How long a session lives without a request, in minutes. 120: a long meeting.</summary>
    public int SessionIdleMinutes { get; init; } = 120;
}
