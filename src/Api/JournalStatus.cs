namespace Exeat.Api;

/// <summary>The flow journal: whether it takes records (without it nothing new is permitted), what the disk said last, and its size against its budget.</summary>
public sealed record JournalStatus(string Dir, bool Writable, string? LastError, long Bytes, long MaxBytes);
