using Exeat.Gateway.Judging;

namespace Exeat.Gateway.Reload;

/// <summary>What a change of policy has to reach on the verdict thread.</summary>
internal sealed record JudgingParts(VerdictLoop Loop, PacketJudge Judge, TcpJudge Tcp);
