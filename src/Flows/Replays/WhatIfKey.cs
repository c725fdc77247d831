namespace Exeat.Flows;

/// <summary>What makes recorded attempts the same in a comparison.</summary>
/// <param name="Change">What becomes of them.</param>
/// <param name="Agent">The agent's id.</param>
/// <param name="Name">The destination's name; null when only the address is known.</param>
/// <param name="Address">The destination's address, when there is no name.</param>
/// <param name="Protocol"><c>dns</c> for a question, else as recorded.</param>
/// <param name="Port">The port; 0 for questions and protocols without.</param>
/// <param name="Proof">How far the name was proven, as recorded.</param>
/// <param name="RuleThen">The rule that decided.</param>
/// <param name="RuleNow">The candidate's rule.</param>
/// <param name="DependsOnHello">The candidate would wait for the client's first bytes, which the record does not have: taken is an honest client's.</param>
public readonly record struct WhatIfKey(
    WhatIfChange Change, string Agent, string? Name, string? Address, string Protocol, int Port, string Proof, string RuleThen, string RuleNow, bool DependsOnHello);
