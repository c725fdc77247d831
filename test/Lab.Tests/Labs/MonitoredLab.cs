namespace Exeat.Lab.Tests.Labs;

/// <summary>The gateway in monitor.</summary>
public sealed class MonitoredLab() : GatewayLab("monitor");
