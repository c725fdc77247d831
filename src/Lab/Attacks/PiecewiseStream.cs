using System.Net.Sockets;

namespace Exeat.Lab.Attacks;

/// <summary>A connection whose first write leaves in pieces with a pause after each; the rest passes as it is.</summary>
internal sealed class PiecewiseStream(Socket socket, int pieceBytes, int mostPieces, TimeSpan pause) : NetworkStream(socket)
{
    private bool _cut;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (int i = 1; !_cut && i < mostPieces && buffer.Length > pieceBytes; i++)
        {
            await base.WriteAsync(buffer[..pieceBytes], cancellationToken);
            if (pause > TimeSpan.Zero) await Task.Delay(pause, TimeProvider.System, cancellationToken);
            buffer = buffer[pieceBytes..];
        }
        _cut = true;
        await base.WriteAsync(buffer, cancellationToken);
    }
}
