namespace Exeat.Link;

/// <summary>What the program was asked to do.</summary>
internal sealed record LinkArguments
{
    public enum Verb : byte
    {
        Wrong = 0,
        Run,
        Enrol,
        Version,
        Help,
    }

    /// <summary>Where an installed link keeps what is its own.</summary>
    public const string DefaultState = "/var/lib/exeat-link";

    public Verb Asked { get; private init; }

    /// <summary>The gateway document of the gateway beside.</summary>
    public string Config { get; private init; } = "";

    /// <summary>The link's own folder.</summary>
    public string State { get; private init; } = DefaultState;

    /// <summary>For enrolment: where control listens for gateways.</summary>
    public string Control { get; private init; } = "";

    /// <summary>For enrolment: the file with the one-time token; <c>-</c> is standard input. It is never an argument: others can read those.</summary>
    public string TokenFile { get; private init; } = "-";

    public bool IsDebug { get; private init; }

    /// <summary>What is wrong, when <see cref="Asked"/> is <see cref="Verb.Wrong"/>; empty when nothing was given.</summary>
    public string Problem { get; private init; } = "";

    public static LinkArguments Read(IReadOnlyList<string> args)
    {
        var read = new LinkArguments();
        for (int i = 0; i < args.Count; i++)
        {
            string word = args[i];
            LinkArguments? next = word switch
            {
                "--version" when args.Count == 1 => read with { Asked = Verb.Version },
                "--help" or "-h" => read with { Asked = Verb.Help },
                "enrol" when i == 0 => read with { Asked = Verb.Enrol },
                "--debug" => read with { IsDebug = true },
                _ => null,
            };
            if (next is null)
            {
                if (word is not ("--config" or "--state" or "--control" or "--token")) return Wrong($"'{word}' is unknown here");
                if (++i == args.Count || args[i].Length == 0) return Wrong($"{word} needs a value");
                next = word switch
                {
                    "--config" => read with { Config = args[i] },
                    "--state" => read with { State = args[i] },
                    "--control" => read with { Control = args[i] },
                    _ => read with { TokenFile = args[i] },
                };
            }
            read = next;
        }
        if (read.Asked is Verb.Version or Verb.Help) return read;
        if (read.Config.Length == 0) return args.Count == 0 ? Wrong("") : Wrong("--config FILE is missing: the document of the gateway beside");
        if (read.Asked == Verb.Enrol) return read.Control.Length == 0 ? Wrong("--control URL is missing: where control listens for gateways, as https://control.example:8441") : read;
        return read.Control.Length > 0 || read.TokenFile != "-" ? Wrong("--control and --token belong to: exeat-link enrol") : read with { Asked = Verb.Run };
    }

    private static LinkArguments Wrong(string problem) => new() { Problem = problem };
}
