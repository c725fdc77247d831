namespace Exeat.Run;

/// <summary>A run cannot begin or go on: what is wrong, where, why, and what to do about it.</summary>
public sealed class RunException : Exception
{
    /// <summary>What was asked for is wrong.</summary>
    public const int InputWrong = 2;

    /// <summary>The machine lacks something.</summary>
    public const int EnvironmentLacks = 3;

    /// <summary>The run itself broke, as of env(1) and other programs that run another.</summary>
    public const int Broke = 125;

    /// <summary>Says it, with the exit status that belongs to it.</summary>
    public RunException(int status, string message) : base(message) => Status = status;

    /// <summary>The exit status.</summary>
    public int Status { get; }
}
