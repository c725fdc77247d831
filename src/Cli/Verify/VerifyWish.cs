using System.Collections.Immutable;
using System.CommandLine;

namespace Exeat.Cli.Verify;

/// <summary>What a person asked for.</summary>
internal sealed record VerifyWish
{
    public required PolicyInput Input { get; init; }

    public string? Agent { get; init; }

    public string? Journal { get; init; }

    public string? Socket { get; init; }

    public ImmutableArray<string> Far { get; init; } = [];

    public ImmutableArray<int> FarPorts { get; init; } = [];

    public ImmutableArray<string> Resolvers { get; init; } = [];

    public ImmutableArray<string> OtherResolvers { get; init; } = [];

    public int Names { get; init; }

    public int PatienceSeconds { get; init; }

    public bool PlanOnly { get; init; }

    public string? JUnit { get; init; }

    public string? Results { get; init; }

    /// <summary>The options of the command, and how they are read.</summary>
    internal sealed class Options
    {
        private readonly Option<string?> _policy = PolicyInput.PolicyOption(), _agents = PolicyInput.AgentsOption(), _packs = PolicyInput.PacksOption();
        private readonly Option<string?> _agent = new("--agent") { Description = "this agent's id (default: the one whose addresses this place has)", HelpName = "ID" };
        private readonly Option<string?> _journal = new("--journal") { Description = "the gateway's journal folder, where it can be read from here: rule and reason of every attempt are compared", HelpName = "DIR" };
        private readonly Option<string?> _socket = new("--socket") { Description = "the gateway's socket in place of a journal: rules and reasons of refusals are compared, one attempt at a time", HelpName = "PATH" };
        private readonly Option<string[]> _far = new("--far") { Description = "a host outside where exeat verify --far-side counts: its addresses, or a name that the policy permits", HelpName = "HOST" };
        private readonly Option<int[]> _farPort = new("--far-port") { Description = "one more port of the far side: tried for asking what arrived; with --far-side, listened on as well", HelpName = "PORT" };
        private readonly Option<string[]> _resolver = new("--resolver") { Description = "the resolver that agents are told to ask (default: what /etc/resolv.conf and the policy name)", HelpName = "ADDRESS" };
        private readonly Option<string[]> _otherResolver = new("--other-resolver") { Description = "one more resolver that must be out of reach, besides well-known public ones", HelpName = "ADDRESS" };
        private readonly Option<int> _names = new("--names") { Description = "names tried of each rule; 0 is all", HelpName = "N", DefaultValueFactory = _ => 4 };
        private readonly Option<int> _patience = new("--patience") { Description = "seconds that an attempt waits for an answer", HelpName = "SECONDS", DefaultValueFactory = _ => 3 };
        private readonly Option<bool> _plan = new("--plan") { Description = "say what would be tried, and send nothing" };
        private readonly Option<string?> _junit = new("--junit") { Description = "write the result as JUnit XML too", HelpName = "FILE" };
        private readonly Option<string?> _results = new("--results") { Description = "keep the result as one line of verify.ndjson in this folder", HelpName = "DIR" };

        public void AddTo(Command command)
        {
            foreach (Option option in (Option[])[_policy, _agents, _packs, _agent, _journal, _socket, _far, _farPort, _resolver, _otherResolver, _names, _patience, _plan, _junit, _results]) command.Add(option);
            command.Validators.Add(result =>
            {
                if (result.GetValue(_journal) is not null && result.GetValue(_socket) is not null) result.AddError("give either --journal or --socket");
            });
            // Of the options themselves: a command's validator does not see defaults.
            _names.Validators.Add(result => Demand(result, result.GetValueOrDefault<int>() >= 0, "--names is a number of names, or 0 for all"));
            _patience.Validators.Add(result => Demand(result, result.GetValueOrDefault<int>() is >= 1 and <= 60, "--patience is from 1 to 60 seconds"));
            _farPort.Validators.Add(result => Demand(result, result.GetValueOrDefault<int[]>()?.All(p => p is >= 1 and <= 65535) != false, "--far-port is a port from 1 to 65535"));
        }

        private static void Demand(System.CommandLine.Parsing.OptionResult result, bool holds, string otherwise)
        {
            if (!holds) result.AddError(otherwise);
        }

        public VerifyWish Read(ParseResult parsed) => new()
        {
            Input = new PolicyInput(parsed.GetValue(_policy), parsed.GetValue(_agents), parsed.GetValue(_packs)),
            Agent = parsed.GetValue(_agent),
            Journal = parsed.GetValue(_journal),
            Socket = parsed.GetValue(_socket),
            Far = [.. parsed.GetValue(_far) ?? []],
            FarPorts = [.. parsed.GetValue(_farPort) ?? []],
            Resolvers = [.. parsed.GetValue(_resolver) ?? []],
            OtherResolvers = [.. parsed.GetValue(_otherResolver) ?? []],
            Names = parsed.GetValue(_names),
            PatienceSeconds = parsed.GetValue(_patience),
            PlanOnly = parsed.GetValue(_plan),
            JUnit = parsed.GetValue(_junit),
            Results = parsed.GetValue(_results),
        };
    }
}
