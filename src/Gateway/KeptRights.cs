using Exeat.Linux;

namespace Exeat.Gateway;

/// <summary>The rights a gateway works with: administration of its network, and raw sockets for resets. All others go before a document or packet is read.</summary>
internal static class KeptRights
{
    private static readonly string[] Kept = ["CAP_NET_ADMIN", "CAP_NET_RAW"];

    /// <summary>Returns with no more rights than those; as another user if one is named. The first time, the program is executed again.</summary>
    public static void Ensure(string? user)
    {
        Account? account = user is null ? null : Account.Find(user) ?? throw new GatewayFailure(2, $"--user {user}: no such user in /etc/passwd");
        LeastPrivilege.Ensure(Kept, account);
    }
}
