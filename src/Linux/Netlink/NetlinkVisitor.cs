namespace Exeat.Linux.Netlink;

/// <summary>What is done with each message of an answer.</summary>
internal delegate void NetlinkVisitor(in NetlinkMessage message);
