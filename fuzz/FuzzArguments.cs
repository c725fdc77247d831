using System.Globalization;
using Exeat.Fuzz.Engine;

namespace Exeat.Fuzz;

/// <summary>What was asked for on the command line.</summary>
internal sealed record FuzzArguments
{
    public const string Usage = """
        usage: ./dev fuzz TARGET [--time 30m] [--inputs N] [--seed N]   change inputs, guided by the branches they take, until the time is over (default 30s)
               ./dev fuzz TARGET FILE…                                  run these inputs once and say what became of each
               ./dev fuzz TARGET --minimize                             choose few and short inputs of all that runs found, for the repository
               ./dev fuzz TARGET --minimize FILE                        make a failing input smaller
               ./dev fuzz --list                                        the targets
               ./dev fuzz --replay [--seed N] [--mutations N]           every corpus and the same mutations each time, as the tests do
               ./dev fuzz --self-check                                  whether planted faults are found

        times: 90s, 30m, 2h. Ctrl-C ends a run as its time does.
        exit status: 0 nothing failed, 1 something did (the input is kept in fuzz/corpus), 2 wrong usage.
        """;

    private static readonly string[] Verbs = ["--list", "--replay", "--self-check", "--instrument", "--minimize", "--help"];

    /// <summary>One of the verbs; empty for a run, or a replay of files.</summary>
    public string Verb { get; private init; } = "";

    public IFuzzTarget? Target { get; private init; }

    public string[] Files { get; private init; } = [];

    public TimeSpan Time { get; private init; } = TimeSpan.FromSeconds(30);

    public long Inputs { get; private init; } = long.MaxValue;

    /// <summary>Null: another one each time.</summary>
    public int? Seed { get; private init; }

    public int? Mutations { get; private init; }

    /// <summary>Where the corpora lie.</summary>
    public string Corpus { get; private init; } = Engine.Corpus.Built;

    /// <summary>Where a run keeps what it found.</summary>
    public string Work { get; private init; } = Path.Combine(Path.GetTempPath(), "exeat-fuzz");

    /// <summary>Null, with what is wrong.</summary>
    public static FuzzArguments? Read(IReadOnlyList<string> args, out string problem)
    {
        problem = "";
        var read = new FuzzArguments();
        var words = new List<string>();
        for (int i = 0; i < args.Count; i++)
        {
            if (args[i] is "-h" or "help") read = read with { Verb = "--help" };
            else if (Verbs.Contains(args[i])) read = read with { Verb = args[i] };
            else if (!args[i].StartsWith("--", StringComparison.Ordinal)) words.Add(args[i]);
            else if (i + 1 == args.Count) return Wrong($"{args[i]}: a value is missing", out problem);
            else if (read.With(args[i], args[++i]) is { } next) read = next;
            else return Wrong(args[i - 1] == "--time" ? $"--time {args[i]}: a time such as 90s, 30m or 2h is expected" : $"{args[i - 1]} {args[i]}: not understood", out problem);
        }
        if (read.Verb is "--list" or "--replay" or "--self-check" or "--help") return words.Count == 0 || read.Verb == "--help" ? read : Wrong($"{read.Verb} takes no '{words[0]}'", out problem);
        if (read.Verb == "--instrument") return words.Count == 1 ? read with { Files = [.. words] } : Wrong("--instrument takes one folder", out problem);
        if (words.Count == 0) return Wrong("a target is expected; --list names them", out problem);
        if (AllTargets.Find(words[0]) is not { } target) return Wrong($"there is no target '{words[0]}'; --list names them", out problem);
        if (words.Skip(1).FirstOrDefault(file => !File.Exists(file)) is { } missing) return Wrong($"there is no file {missing}", out problem);
        return read with { Target = target, Files = [.. words.Skip(1)] };
    }

    private FuzzArguments? With(string option, string value) => option switch
    {
        "--time" => TimeOf(value) is { } time ? this with { Time = time } : null,
        "--inputs" => Number(value) is { } inputs ? this with { Inputs = inputs } : null,
        "--seed" => Number(value) is { } seed ? this with { Seed = seed } : null,
        "--mutations" => Number(value) is { } mutations ? this with { Mutations = mutations } : null,
        "--corpus" => this with { Corpus = value },
        "--work" => this with { Work = value },
        _ => null,
    };

    private static TimeSpan? TimeOf(string text)
    {
        int unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        return unit > 0 && Number(text[..^1]) is > 0 and int number ? TimeSpan.FromSeconds((double)number * unit) : null;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static FuzzArguments? Wrong(string what, out string problem)
    {
        problem = what;
        return null;
    }
}
