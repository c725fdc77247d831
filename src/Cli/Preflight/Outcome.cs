namespace Exeat.Cli;

/// <summary>How a check of the machine ended, gravest first.</summary>
internal enum Outcome
{
    Fail = 0,
    Unknown,
    Warn,
    Ok,
}
