namespace Exeat.Cli;

/// <summary>One thing looked at: what was found and, unless all is well, the command or change that mends it.</summary>
internal sealed record Check(string Name, Outcome Outcome, string Found, string Remedy = "")
{
    public static Check Ok(string name, string found) => new(name, Outcome.Ok, found);

    /// <summary>Well when the condition holds; else as grave as said.</summary>
    public static Check That(string name, bool holds, Outcome otherwise, string found, string remedy) => holds ? Ok(name, found) : new Check(name, otherwise, found, remedy);

    public string Word => Outcome switch
    {
        Outcome.Ok => "ok",
        Outcome.Warn => "warn",
        Outcome.Unknown => "unknown",
        _ => "fail",
    };
}
