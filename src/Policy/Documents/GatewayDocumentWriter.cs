using System.Globalization;
using System.Text;

namespace Exeat.Policy;

/// <summary>Writes a gateway's configuration as a document that <see cref="GatewayDocumentLoader"/> reads as the same one. Its paths are absolute, so it may lie anywhere.</summary>
public static class GatewayDocumentWriter
{
    /// <summary>The whole document, limits included.</summary>
    public static string Text(GatewayDocument gateway)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        var text = new StringBuilder();
        void Line(string key, string value) => text.Append(CultureInfo.InvariantCulture, $"{key}: {value}\n");

        Line("apiVersion", DocumentSet.ApiVersion);
        Line("kind", nameof(DocumentKind.Gateway));
        Line("id", Quoted(gateway.Id));
        Line("inside", List(gateway.Inside));
        Line("outside", Quoted(gateway.Outside));
        Line("agents", Quoted(gateway.Agents));
        Line("policy", Quoted(gateway.Policy));
        if (gateway.Packs is { } packs) Line("packs", Quoted(packs));
        Line("dns", Map(("intercept", List(gateway.Dns.Intercept.Select(at => at.ToString()))), ("upstream", List(gateway.Dns.Upstream.Select(at => at.ToString())))));
        Line("journal", Map(("dir", Quoted(gateway.Journal.Dir)), ("maxBytes", Number(gateway.Journal.MaxBytes))));
        Line("state", Quoted(gateway.State));
        Line("management", Map(("socket", gateway.Management.Socket is { } socket ? Quoted(socket) : null), ("metrics", gateway.Management.Metrics is { } metrics ? Quoted(metrics.ToString()) : null)));
        Line("limits", Map([.. GatewayLimitKeys.All.Select(limit => (limit.Key, (string?)Number(limit.Of(gateway.Limits))))]));
        Line("markMask", $"0x{gateway.MarkMask:x}");
        return text.ToString();
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Quoted))}]";

    private static string Map(params (string Key, string? Value)[] entries) => $"{{{string.Join(", ", entries.Where(entry => entry.Value is not null).Select(entry => $"{entry.Key}: {entry.Value}"))}}}";

    // The loader takes no control characters into a text, so these two are all that needs an escape.
    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
