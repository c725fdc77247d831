namespace Exeat.Gateway.Dns;

/// <summary>How an address in an answer is to be taken.</summary>
internal enum AddressKind : byte
{
    /// <summary>Never let through: nobody outside is there (loopback, link-local, metadata, multicast, forms that embed such).</summary>
    Never = 0,

    /// <summary>Only if a rule states the name and a CIDR that contains the address.</summary>
    IfStated,

    /// <summary>An address of the public world.</summary>
    Public,
}
