using System.Globalization;
using System.Text.RegularExpressions;

namespace Exeat.Cli.Verify;

/// <summary>A token for each attempt, so that the far side tells what arrived: <c>xv</c>, the run in eight hexadecimal digits, the attempt in four.</summary>
internal sealed partial class Tokens(uint run)
{
    /// <summary>Letters of a token.</summary>
    public const int Length = 14;

    private const int RunLength = 10;
    private int _last;

    /// <summary>The run as it begins each of its tokens.</summary>
    public string Run { get; } = string.Create(CultureInfo.InvariantCulture, $"xv{run:x8}");

    /// <summary>The next attempt's.</summary>
    public string Next() => string.Create(CultureInfo.InvariantCulture, $"{Run}{Interlocked.Increment(ref _last) & 0xffff:x4}");

    /// <summary>Every token in a text.</summary>
    public static IEnumerable<string> In(string text) => Token().Matches(text).Select(m => m.Value);

    public static string RunOf(string token) => token[..RunLength];

    public static bool IsRun(string text) => text.Length == RunLength && Token().IsMatch(text + "0000");

    [GeneratedRegex("xv[0-9a-f]{12}")]
    private static partial Regex Token();
}
