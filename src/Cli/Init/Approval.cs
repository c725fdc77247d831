namespace Exeat.Cli;

/// <summary>A provider whose names leave a deny list, because something that was asked for needs one of them.</summary>
/// <param name="Provider">The provider, as the list calls it.</param>
/// <param name="For">What was asked for, as typed: <c>--model openai</c>.</param>
/// <param name="IsModel">Whether it stands among the model providers, rather than among the known ways out.</param>
internal sealed record Approval(string Provider, string For, bool IsModel);
