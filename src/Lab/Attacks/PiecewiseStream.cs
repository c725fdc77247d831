using System.Net.Sockets;

namespace Exeat.Lab.Attacks;

/// <summary>A connection whose first write leaves in two segments with a pause between them; the rest passes as it is.</summary>
internal sealed class PiecewiseStream(Socket socket, int firstPiece, TimeSpan pause) : NetworkStream(socket)
{
    private bool _cut;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_cut && buffer.Length > firstPiece)
        {
            _cut = true;
            await base.WriteAsync(buffer[..firstPiece], cancellationToken);
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
            buffer = buffer[firstPiece..];
        }
        await base.WriteAsync(buffer, cancellationToken);
    }
}
