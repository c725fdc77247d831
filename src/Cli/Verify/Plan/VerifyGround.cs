using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>What a run stands on: the documents, who the agent is, and what this place has.</summary>
internal sealed record VerifyGround
{
    public required Policy.Policy Policy { get; init; }

    public required CompiledPolicy Compiled { get; init; }

    public required AgentsDocument Agents { get; init; }

    /// <summary>The agent's index in the compiled policy.</summary>
    public required int Agent { get; init; }

    /// <summary>The moment of the run.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The families with a route to the world.</summary>
    public required ImmutableArray<int> Families { get; init; }

    /// <summary>The resolvers that this place is told to ask and the policy lets it ask.</summary>
    public ImmutableArray<Address> Resolvers { get; init; } = [];

    /// <summary>The next hops: the gateway's addresses on this side.</summary>
    public ImmutableArray<Address> NextHops { get; init; } = [];

    /// <summary>Resolvers of others, which no policy of ours permits.</summary>
    public ImmutableArray<Address> OtherResolvers { get; init; } = [];

    /// <summary>Addresses of the host outside where <c>--far-side</c> counts.</summary>
    public ImmutableArray<Address> Far { get; init; } = [];

    /// <summary>How many names of a rule are tried before it counts as not answering.</summary>
    public int NamesPerRule { get; init; } = 4;

    /// <summary>The run's own part of every token.</summary>
    public required Tokens Tokens { get; init; }

    /// <summary>The source of chosen addresses: a test's runs are alike.</summary>
    public required Random Random { get; init; }

    public AgentEntry AgentEntry => Compiled.Agents[Agent];

    public Foresight Foresight => new(Compiled, Agent);

    /// <summary>Rules that decide for this agent, by priority: none that is off, expired, or another's.</summary>
    public IEnumerable<Rule> Rules
    {
        get
        {
            // The evaluator says who a rule is for; of an attempt that reaches nothing it says for each rule whether it is for this agent at all.
            var nowhere = new Attempt { Agent = Agent, Stage = Stage.Hello, Destination = PolicyWalk.StandIn, Claim = Claim.Nothing };
            ImmutableArray<RuleFinding> findings = Compiled.Explain(nowhere).Findings;
            var own = findings.Where(f => f is { Rule: > 0, Mode: RuleMode.Enforce } && f.Finding is not (Finding.Off or Finding.Expired or Finding.OtherAgent)).Select(f => f.Rule - 1).ToHashSet();
            return Compiled.Rules.Where((_, i) => own.Contains(i));
        }
    }

    public static int FamilyOf(Address address) => address.IsV6 ? 6 : 4;
}
