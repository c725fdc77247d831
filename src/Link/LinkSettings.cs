namespace Exeat.Link;

/// <summary>What enrolment settled: for which gateway, and where control listens.</summary>
internal sealed record LinkSettings(int V, string Gateway, string Control)
{
    public const int CurrentVersion = 1;
}
