using Exeat.Api.Control;

namespace Exeat.Control.Policies;

/// <summary>What one gateway should run, or why that cannot be told.</summary>
/// <param name="Assignment">The assignment that holds; null: none does, or there is a conflict.</param>
/// <param name="Conflict">What is wrong and what to do; null: nothing.</param>
internal readonly record struct Resolution(Assignment? Assignment, string? Conflict);

/// <summary>Gateway before class before default. A class counts where every agent's class has an assignment: agents of another class must not come under a policy that was not written for them.</summary>
internal static class Precedence
{
    public static Resolution Of(FleetGateway gateway, IReadOnlyDictionary<AssignmentTarget, Assignment> current)
    {
        if (current.TryGetValue(new AssignmentTarget("gateway", gateway.Id), out Assignment? own)) return new Resolution(own, null);
        Assignment?[] ofClasses = [.. gateway.Classes.Select(name => current.GetValueOrDefault(new AssignmentTarget("class", name)))];
        Assignment[] assigned = [.. ofClasses.OfType<Assignment>()];
        if (assigned.Length > 0 && assigned.Length == ofClasses.Length)
        {
            string[] versions = [.. assigned.Select(assignment => assignment.Version!).Distinct()];
            if (versions.Length == 1) return new Resolution(assigned[0], null);
            string said = string.Join(", ", assigned.OrderBy(assignment => assignment.On.Target, StringComparer.Ordinal).Select(assignment => $"class {assignment.On.Target} has {assignment.Policy} {assignment.Version![..12]}"));
            return new Resolution(null, $"the agents of gateway {gateway.Id} are of classes with different versions ({said}): assign one version to the gateway itself, or the same to both classes");
        }
        return new Resolution(current.GetValueOrDefault(AssignmentTarget.Default), null);
    }
}
