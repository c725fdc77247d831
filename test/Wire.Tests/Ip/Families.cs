namespace Exeat.Wire.Tests.Ip;

/// <summary>An agent's and a server's address, once for each family: what holds for one must hold for the other (I4).</summary>
internal static class Families
{
    public const string AgentV4 = "192.0.2.10";
    public const string ServerV4 = "198.51.100.7";
    public const string AgentV6 = "2001:db8:1::10";
    public const string ServerV6 = "2001:db8:2::7";

    public static TheoryData<string, string> Both => new() { { AgentV4, ServerV4 }, { AgentV6, ServerV6 } };
}
