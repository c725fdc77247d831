using Exeat.Lab.Scenario;

namespace Exeat.Lab.Tests.Labs;

/// <summary>The gateway in enforce, with a port by name at which a test serves by itself.</summary>
public sealed class CertificateLab() : GatewayLab(new PolicyText("enforce") { ExtraRules = Rule })
{
    private const string Rule = """
        - {name: allow-core-other, priority: 53, to: {names: [core]}, protocol: tcp, ports: [9443], action: permit}

        """;
}
