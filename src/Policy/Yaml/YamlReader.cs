using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Exeat.Policy;

/// <summary>Reads one file's YAML documents into nodes with places. Every limit and every mistake is a problem, never an exception.</summary>
internal sealed class YamlReader
{
    /// <summary>The deepest document of ours has seven levels.</summary>
    public const int MaxDepth = 32;

    /// <summary>Ten times the largest policy we measure with (100,000 names).</summary>
    public const int MaxNodes = 2_000_000;

    private readonly string _file;
    private readonly ProblemList _problems;
    private readonly Parser _parser;
    private int _nodes;

    private YamlReader(string file, string text, ProblemList problems)
    {
        (_file, _problems) = (file, problems);
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The root nodes of all documents up to the first syntax error, which is a problem.</summary>
    public static ImmutableArray<YamlNode> Read(string file, string text, ProblemList problems)
    {
        var roots = ImmutableArray.CreateBuilder<YamlNode>();
        try
        {
            var reader = new YamlReader(file, text, problems);
            while (reader.Next() is { } current)
            {
                if (current is not DocumentStart) continue;
                reader.Next();
                if (reader.Node(0) is not { } root) break;
                if (!root.IsNull) roots.Add(root);
            }
        }
        catch (YamlException e)
        {
            if (TabAt(file, text, e.Start) is { } tab) problems.Error(tab, "this is not YAML: a line is indented with a tab character", "indent with spaces");
            else problems.Error(Place(file, e.Start), $"this is not YAML: {Clause(e.Message)}", "correct the syntax; look at indentation, quotes and brackets first");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            // The YAML library fails so on some byte salads; a document is never worth an exception.
            problems.Error(new SourceLocation(file, 0, 0), $"this is not YAML: {Clause(e.Message)}", "write it anew; it may be damaged");
        }
        return roots.ToImmutable();
    }

    private static SourceLocation Place(string file, Mark mark) => new(file, (int)mark.Line, (int)mark.Column);

    // The parser names the value before the tab; people look for the tab.
    private static SourceLocation? TabAt(string file, string text, Mark mark)
    {
        string[] lines = text.Split('\n');
        for (int at = Math.Max((int)mark.Line - 1, 0); at < lines.Length && at <= (int)mark.Line; at++)
        {
            int column = lines[at].AsSpan().IndexOfAnyExcept(' ');
            if (column >= 0 && lines[at][column] == '\t') return new SourceLocation(file, at + 1, column + 1);
        }
        return null;
    }

    private static string Clause(string message)
    {
        string clause = Excerpt.Of(message.TrimEnd('.', ' '));
        return clause.Length == 0 ? "it cannot be read" : char.ToLowerInvariant(clause[0]) + clause[1..];
    }

    private ParsingEvent? Next() => _parser.MoveNext() ? _parser.Current : null;

    /// <summary>The node that begins at the current event; null when a limit was met and the file is given up.</summary>
    private YamlNode? Node(int depth)
    {
        if (_parser.Current is not { } current) return null;
        SourceLocation where = Place(_file, current.Start);
        if (++_nodes > MaxNodes) return GiveUp(where, $"the file has more than {MaxNodes} values", "split it");
        if (depth > MaxDepth) return GiveUp(where, $"values are nested more than {MaxDepth} deep", "no document needs that; take the nesting out");
        if (current is AnchorAlias { Value: var alias })
        {
            // A wildcard without quotes reads as an alias, and is what people mean far more often.
            string meant = "*" + alias.Value;
            if (meant.Contains('.', StringComparison.Ordinal))
                _problems.Error(where, $"{Excerpt.Of(meant)} without quotes is an alias in YAML, and aliases are not supported", $"write it in quotes: \"{Excerpt.Of(meant)}\"");
            else
                _problems.Error(where, "aliases (*name) are not supported", "write the value out");
            // Not plain: an empty plain value would be said to be missing, which it is not.
            return new YamlNode(where) { Text = meant, IsPlain = false };
        }
        if (current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty))
            _problems.Error(where, "anchors (&name) and tags (!name) are not supported", "take them out");
        return current switch
        {
            Scalar scalar => new YamlNode(where) { Text = scalar.Value, IsPlain = scalar.Style == ScalarStyle.Plain },
            SequenceStart => List(where, depth),
            MappingStart => Map(where, depth),
            _ => GiveUp(where, "this is not a value", "correct the syntax"),
        };
    }

    private YamlNode? List(SourceLocation where, int depth)
    {
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        while (Next() is not (SequenceEnd or null))
        {
            if (Node(depth + 1) is not { } item) return null;
            items.Add(item);
        }
        return new YamlNode(where) { Items = items.ToImmutable() };
    }

    private YamlNode? Map(SourceLocation where, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<(YamlNode Key, YamlNode Value)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Next() is not (MappingEnd or null))
        {
            if (Node(depth + 1) is not { } key) return null;
            Next();
            if (Node(depth + 1) is not { } value) return null;
            if (key.Text is not { } text) _problems.Error(key.Where, "a key must be one word", "write key: value");
            else if (!seen.Add(text)) _problems.Error(key.Where, $"the key {Excerpt.Of(text)} is there twice", "keep one");
            else entries.Add((key, value));
        }
        return new YamlNode(where) { Entries = entries.ToImmutable() };
    }

    private YamlNode? GiveUp(SourceLocation where, string what, string remedy)
    {
        _problems.Error(where, what, remedy);
        return null;
    }
}
