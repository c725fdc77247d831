namespace Exeat.Store;

/// <summary>A column of a Parquet file: its name and how its values lie in a page.</summary>
internal readonly record struct ColumnShape(string Name, ColumnType Type, bool IsOptional = true)
{
    /// <summary>By the engine's name of the type.</summary>
    public static ColumnShape Of(string name, string type) => new(name, type switch
    {
        "BIGINT" => ColumnType.Number,
        "INTEGER" => ColumnType.Small,
        "UTINYINT" => ColumnType.Tiny,
        "BOOLEAN" => ColumnType.Truth,
        "BLOB" => ColumnType.Bytes,
        "UUID" => ColumnType.Id,
        _ => ColumnType.Text,
    });
}
