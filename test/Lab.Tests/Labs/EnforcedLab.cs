namespace Exeat.Lab.Tests.Labs;

/// <summary>The gateway in enforce.</summary>
public sealed class EnforcedLab() : GatewayLab("enforce");
