using System.Diagnostics.CodeAnalysis;

namespace Exeat.Flows;

/// <summary>Reads lines one by one, for whoever has them from elsewhere than a journal. Not for several threads.</summary>
public sealed class EventLines
{
    private readonly EventReader _reader = new();

    /// <summary>False: the line is no event, or one of a newer major version.</summary>
    public bool TryRead(ReadOnlyMemory<byte> line, [NotNullWhen(true)] out FlowEvent? read)
    {
        bool found = _reader.TryRead(line.ToArray(), out read) == LineRead.Found && read is not null;
        if (!found) read = null;
        return found;
    }
}
