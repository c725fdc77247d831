namespace Exeat.Lab.Scenario;

/// <summary>One stretch of the lab under one policy.</summary>
/// <param name="Name">Its name: <c>monitor</c>, <c>enforce</c> or <c>live-update</c>.</param>
/// <param name="Mode">The policy's mode in it; the <c>phase</c> of its rows.</param>
public sealed record LabStep(string Name, string Mode)
{
    /// <summary>Everything passes and is judged.</summary>
    public static LabStep Monitor { get; } = new("monitor", "monitor");

    /// <summary>Judgements apply.</summary>
    public static LabStep Enforce { get; } = new("enforce", "enforce");

    /// <summary>As enforce, after one name was added to the running policy.</summary>
    public static LabStep LiveUpdate { get; } = new("live-update", "enforce");

    /// <summary>Whether denials are applied.</summary>
    public bool Enforces => Mode == "enforce";
}
