using System.Text;
using CsCheck;

namespace Exeat.Flows.Tests;

/// <summary>A journal read as bytes, in pieces.</summary>
public sealed class PiecesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-pieces-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Pieces_of_any_size_are_every_whole_line_once_in_order() => Gen.Select(Gen.Int[0, 60].Array[1, 30].Array[1, 4], Gen.Int[8, 300]).Sample((segments, most) =>
    {
        foreach (string old in Directory.EnumerateFiles(_folder)) File.Delete(old);
        var all = new StringBuilder();
        for (int i = 0; i < segments.Length; i++)
        {
            string text = string.Concat(segments[i].Select(length => new string((char)('a' + i), Math.Min(length, most * 2)) + "\n"));
            File.WriteAllText(Segment(i + 1), text);
            all.Append(text);
        }
        // What is being written has no end yet.
        File.AppendAllText(Segment(segments.Length), "half a li");
        var pieces = new JournalPieces(_folder);
        var read = new StringBuilder();
        JournalPosition at = default;
        while (pieces.Next(at, most) is { } piece)
        {
            Assert.Null(piece.Gap);
            Assert.NotEqual(at, piece.Next);
            read.Append(Encoding.ASCII.GetString(piece.Bytes.Span));
            at = piece.Next;
        }
        Assert.Equal(all.ToString(), read.ToString());
        Assert.Equal("half a li".Length, pieces.BytesAfter(at));
        File.AppendAllText(Segment(segments.Length), "ne\n");
        Assert.Equal("half a line\n", Encoding.ASCII.GetString(pieces.Next(at, most)!.Value.Bytes.Span));
    }, threads: 1, iter: 300);

    [Fact]
    public void What_was_deleted_before_it_was_read_is_a_gap_that_counts_its_lines()
    {
        for (int i = 1; i <= 4; i++) File.WriteAllText(Segment(i), "one\ntwo\nthree\n");
        var pieces = new JournalPieces(_folder);
        JournalPosition at = pieces.Next(default, 8)!.Value.Next;
        Assert.Equal(2, at.Lines);
        foreach (int gone in (int[])[1, 2]) File.Delete(Segment(gone));
        JournalPiece piece = pieces.Next(at, 1 << 10)!.Value;
        Assert.Equal((3, 3), (piece.Next.Number, piece.Next.Lines));
        Assert.Equal(new JournalGap(at, 1, 3), piece.Gap);
        Assert.Equal([0, 1, 3, 0, 0], [piece.Gap!.Value.LinesOf(0, 9, 3), piece.Gap.Value.LinesOf(1, 1, 3), piece.Gap.Value.LinesOf(1, 2, 3), piece.Gap.Value.LinesOf(1, 3, 3), piece.Gap.Value.LinesOf(2, 1, 3)]);
    }

    private string Segment(int number) => Path.Combine(_folder, $"flows-000001-{number:d6}.ndjson");
}
