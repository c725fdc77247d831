using System.Data.Common;
using System.Globalization;
using Exeat.Flows;

namespace Exeat.Store;

/// <summary>Reads a row column by column.</summary>
internal ref struct ColumnCursor(DbDataReader row)
{
    private int _at = -1;

    public string? Text() => row.IsDBNull(++_at) ? null : row.GetString(_at);

    public long Number() => row.IsDBNull(++_at) ? 0 : Convert.ToInt64(row.GetValue(_at), CultureInfo.InvariantCulture);

    public bool? Truth() => row.IsDBNull(++_at) ? null : row.GetBoolean(_at);

    public Guid Id() => row.IsDBNull(++_at) ? Guid.Empty : row.GetGuid(_at);

    public string? Address()
    {
        if (row.IsDBNull(++_at)) return null;
        using Stream bytes = row.GetStream(_at);
        return AddressBytes.Text(bytes);
    }

    public FlowOutcome? Outcome()
    {
        string? verdict = Text(), rule = Text();
        return verdict is null && rule is null ? null : new FlowOutcome(verdict ?? "", rule ?? "");
    }
}
