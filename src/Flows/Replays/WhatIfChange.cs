namespace Exeat.Flows;

/// <summary>What another policy makes of a recorded attempt.</summary>
public enum WhatIfChange
{
    /// <summary>The same verdict by the same rule.</summary>
    Unchanged = 0,

    /// <summary>It was permitted, and would be denied.</summary>
    NewlyDenied,

    /// <summary>It was denied (or would have been, in monitor), and would be permitted.</summary>
    NewlyPermitted,

    /// <summary>Denied then as now; but then it passed, since nothing was enforced, and the candidate enforces.</summary>
    PassedInMonitor,

    /// <summary>The same verdict by another rule.</summary>
    ChangedRule,
}
