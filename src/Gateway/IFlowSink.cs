using Exeat.Flows;

namespace Exeat.Gateway;

/// <summary>Where decisions are written before they take effect. The journal in the product; a list in tests.</summary>
public interface IFlowSink
{
    /// <summary>
    /// Writes the record durably. False: it could not be written, so nothing new may be let through (I5). A refusal that repeats may be counted instead;
    /// <paramref name="told"/> is the flow it stands under, from which the denial id comes that the refused side is told.
    /// </summary>
    bool Record(in FlowDraft draft, out Guid told);
}
