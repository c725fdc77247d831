namespace Exeat.Cli;

/// <summary>Severity of a message, gravest first.</summary>
internal enum LogLevel
{
    Error = 0,
    Warning,
    Notice,
    Debug,
}
