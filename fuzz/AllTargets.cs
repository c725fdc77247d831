using System.Collections.Immutable;
using Exeat.Fuzz.Targets;
using Exeat.Fuzz.Targets.Stateful;
using Exeat.Policy;

namespace Exeat.Fuzz;

/// <summary>Every target there is.</summary>
internal static class AllTargets
{
    public static ImmutableArray<IFuzzTarget> List { get; } =
    [
        new TcpJudgeTarget(),
        new QuicJudgeTarget(),
        new DnsDeskTarget(),
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
        new DnsQuestionTarget(),
        new DnsAnswerTarget(),
        new DnsFramingTarget(),
        new DnsSvcbTarget(),
        new NamePatternTarget(),
        new TextTarget(),
        new JournalLineTarget(),
        new JournalFolderTarget(),
        new BindingsFileTarget(),
        new StoreFilesTarget(),
        new StateFilesTarget(),
        new NetlinkTarget(),
        new ErrorQueueTarget(),
        new DocumentTarget("policy-document", LoadPolicy),
        new DocumentTarget("agents-document", path => AgentsLoader.Load(path)),
        new DocumentTarget("gateway-document", path => GatewayDocumentLoader.Load(path)),
        new PackTarget(),
    ];

    // What loads can be compiled, too.
    private static void LoadPolicy(string path)
    {
        if (PolicyLoader.Load(path).Policy is { } policy) CompiledPolicy.Compile(policy, new AgentsDocument { Hash = "none", Agents = [] }, TimeProvider.System.GetUtcNow());
    }

    public static IFuzzTarget? Find(string name) => List.FirstOrDefault(target => target.Name == name);
}
