namespace Exeat.Store;

/// <summary>The store cannot be opened, read or written: what, where, and what to do.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
