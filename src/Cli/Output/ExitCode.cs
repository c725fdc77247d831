namespace Exeat.Cli;

/// <summary>What the exit status of every command means.</summary>
internal static class ExitCode
{
    /// <summary>Held, or done.</summary>
    public const int Done = 0;

    /// <summary>An expectation failed.</summary>
    public const int ExpectationFailed = 1;

    /// <summary>The user's input is wrong.</summary>
    public const int InputWrong = 2;

    /// <summary>The environment lacks something.</summary>
    public const int EnvironmentLacks = 3;

    /// <summary>Our fault.</summary>
    public const int OurFault = 4;
}
