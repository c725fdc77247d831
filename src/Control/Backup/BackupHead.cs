namespace Exeat.Control.Backup;

/// <summary>What a backup says of itself first.</summary>
/// <param name="Format">Its form.</param>
/// <param name="Product">The version that wrote it.</param>
/// <param name="Created">When.</param>
internal sealed record BackupHead(int Format, string Product, DateTimeOffset Created);
