namespace Exeat.Api;

/// <summary>What the gateway's locks are called in the kernel, for whoever looks at them without a gateway. They outlive it and never change.</summary>
public static class LockNames
{
    /// <summary>The nftables table (family inet) that drops what was not passed.</summary>
    public const string DropTable = "exeat_base";

    /// <summary>The table by which permitted traffic passes; gone when the gateway stopped in order.</summary>
    public const string DataTable = "exeat";

    /// <summary>The preference of the routing rules that blackhole what was not stamped.</summary>
    public const int RulePreference = 47;
}
