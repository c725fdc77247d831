namespace Exeat.Gateway.Judging;

/// <summary>Puts a whole IP packet on its way. False: there is no way for it, or it is too long for the way.</summary>
internal delegate bool PacketSender(ReadOnlySpan<byte> packet);
