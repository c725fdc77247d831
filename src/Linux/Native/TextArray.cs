using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>A <c>char *[]</c> that ends with a null pointer, as execve(2) takes.</summary>
internal sealed unsafe class TextArray : IDisposable
{
    private readonly int _count;

    public TextArray(IReadOnlyList<byte[]> texts)
    {
        _count = texts.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < _count; i++)
        {
            Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)texts[i].Length + 1);
            texts[i].CopyTo(new Span<byte>(Pointer[i], texts[i].Length));
        }
    }

    public byte** Pointer { get; }

    public void Dispose()
    {
        for (int i = 0; i < _count; i++) NativeMemory.Free(Pointer[i]);
        NativeMemory.Free(Pointer);
    }
}
