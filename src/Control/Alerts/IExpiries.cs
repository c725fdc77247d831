namespace Exeat.Control.Alerts;

/// <summary>What of the policies in force ends soon.</summary>
internal interface IExpiries
{
    IEnumerable<NearExpiry> Within(TimeSpan span, DateTimeOffset now);
}
