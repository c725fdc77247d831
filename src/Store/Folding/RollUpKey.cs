namespace Exeat.Store;

/// <summary>Of what sums are kept: the minute in which the unit began, and what dashboards ask by.</summary>
internal readonly record struct RollUpKey(
    long Minute, string Gateway, string? Agent, string? Class, string Outcome, string? Would, string? WouldRule, string? MonitoredRule, string? Rule, string? Reason, string? Mode, string? Protocol, int Port, string? Name)
{
    public static RollUpKey Of(FlowUnit unit) => new(
        unit.Began - Modulo(unit.Began, Microseconds.Minute), unit.Gateway, unit.Decision.Agent, unit.Decision.Class, unit.Outcome, unit.Decision.Would?.Verdict, unit.Decision.Would?.Rule, unit.Decision.Monitored?.Rule,
        unit.Decision.Rule, unit.Decision.Reason, unit.Decision.Mode, unit.Decision.Protocol, unit.Decision.Port, unit.Name);

    /// <summary>Of what tells keys apart; eleven texts would cost more than the rest of a sum.</summary>
    public override int GetHashCode() => HashCode.Combine(Minute, Port, Agent, Name, Rule, Outcome);

    private static long Modulo(long value, long step) => ((value % step) + step) % step;
}
