namespace Exeat.Fuzz;

/// <summary>One reader of hostile bytes. Whatever the bytes are, running it must not throw, hang, or allocate without bound.</summary>
internal interface IFuzzTarget
{
    /// <summary>The name on the command line and of the folder under corpus/.</summary>
    string Name { get; }

    /// <summary>Reads the bytes, and throws when the reader breaks a promise of its own.</summary>
    void Run(ReadOnlySpan<byte> input);
}
