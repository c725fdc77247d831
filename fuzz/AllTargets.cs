using System.Collections.Immutable;
using Exeat.Fuzz.Targets;
using Exeat.Policy;

namespace Exeat.Fuzz;

/// <summary>Every target there is.</summary>
internal static class AllTargets
{
    public static ImmutableArray<IFuzzTarget> List { get; } =
    [
        new PacketTarget(),
        new ClientHelloTarget(),
        new ServerHelloTarget(),
        new QuicPacketTarget(),
        new QuicStreamTarget(),
        new HttpHeadTarget(),
        new HttpBodyTarget(),
        new RequestStreamTarget(),
        new FirstBytesTarget(),
        new DnsMessageTarget(),
        new DnsSvcbTarget(),
        new NamePatternTarget(),
        new JournalLineTarget(),
        new NetlinkTarget(),
        new DocumentTarget("policy-document", path => PolicyLoader.Load(path)),
        new DocumentTarget("agents-document", path => AgentsLoader.Load(path)),
        new DocumentTarget("gateway-document", path => GatewayDocumentLoader.Load(path)),
    ];

    public static IFuzzTarget? Find(string name) => List.FirstOrDefault(target => target.Name == name);
}
