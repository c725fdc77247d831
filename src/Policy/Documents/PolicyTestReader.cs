namespace Exeat.Policy;

/// <summary>Reads one test of a policy.</summary>
internal sealed class PolicyTestReader(List<NameUse> uses, ProblemList problems)
{
    public PolicyTest? Read(YamlNode node)
    {
        if (MapReader.Open(node, Shapes.Test, problems) is not { } map) return null;
        string? agent = map.Identifier("agent");
        (string? to, string? at, string? sni) = (map.Scalar("to"), map.Scalar("at"), map.Scalar("sni"));
        (RuleAction Action, string? Rule)? expect = Expect(map);
        if (agent is null || to is null || expect is null) return null;
        if (DestinationText.TryParse(to, at, sni, out Destination? destination, out DestinationProblem? problem))
            return new PolicyTest { Agent = agent, To = destination, Expect = expect.Value.Action, Rule = expect.Value.Rule, Where = node.Where };
        problems.Error(map.WhereOf(problem.Key), problem.What, problem.Remedy);
        return null;
    }

    private (RuleAction Action, string? Rule)? Expect(MapReader map)
    {
        if (map.Scalar("expect") is not { } text) return null;
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool fine = words is ["permit" or "deny"] or ["permit" or "deny", "by", _];
        if (!fine)
        {
            problems.Error(map.WhereOf("expect"), $"expect is {Excerpt.Of(text)}", "write permit, deny, permit by RULE or deny by RULE");
            return null;
        }
        string? rule = words.Length == 3 ? words[2] : null;
        if (rule is not null) uses.Add(new NameUse(NameUseKind.Rule, rule, map.WhereOf("expect")));
        return (words[0] == "permit" ? RuleAction.Permit : RuleAction.Deny, rule);
    }
}
