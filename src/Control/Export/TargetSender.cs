using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Control.Export;

/// <summary>Brings batches to one target, and keeps its connection.</summary>
internal sealed class TargetSender(ForwardingTarget target, string? secret, Dialer dialer, SinkOrigin origin, TimeProvider time) : IDisposable
{
    private SyslogConnection? _syslog;
    private HttpPost? _post;

    /// <summary>Whether the far side says that it took what was sent. Syslog says nothing.</summary>
    public bool IsAnswered => target.Kind == "otlp";

    /// <summary>Whether the connection, where there is one, still stands.</summary>
    public bool IsOpen => _syslog?.IsOpen ?? IsAnswered;

    /// <summary>Sends them; gives how many the far side refused for good. Throws <see cref="OutboundException"/> when another try may help.</summary>
    public async Task<long> SendAsync(IReadOnlyList<FlowEvent> events, CancellationToken cancel)
    {
        if (target.Kind == "otlp") return await PostAsync(events, cancel);
        _syslog ??= await SyslogConnection.OpenAsync(dialer, target.Host ?? "", target.Port ?? 0, target.Kind == "syslog-tls", target.Private, target.Ca, time, cancel);
        await _syslog.SendAsync(events, origin, cancel);
        return 0;
    }

    /// <summary>The next batch gets a connection of its own.</summary>
    public void Close()
    {
        _syslog?.Dispose();
        _syslog = null;
    }

    public void Dispose()
    {
        Close();
        _post?.Dispose();
    }

    private async Task<long> PostAsync(IReadOnlyList<FlowEvent> events, CancellationToken cancel)
    {
        _post ??= new HttpPost(dialer, target.Private, target.Ca);
        byte[] body = OtlpLogs.Request(events, origin, time.GetUtcNow());
        try
        {
            byte[] answer = secret is null ? await _post.SendAsync(target.Url ?? "", body, cancel) : await _post.SendAsync(target.Url ?? "", body, cancel, (target.Header ?? "Authorization", secret));
            return Refused(answer, events.Count);
        }
        catch (OutboundException refused) when (refused.IsAboutContent && events.Count > 1)
        {
            // One record that the far side does not like must not take the others with it, nor hold them up for ever.
            int half = events.Count / 2;
            return await PostAsync([.. events.Take(half)], cancel) + await PostAsync([.. events.Skip(half)], cancel);
        }
        catch (OutboundException refused) when (refused.IsAboutContent)
        {
            return 1;
        }
    }

    // ExportLogsServiceResponse.partial_success.rejected_log_records.
    private static long Refused(byte[] answer, int sent)
    {
        try
        {
            using JsonDocument read = JsonDocument.Parse(answer);
            if (read.RootElement.ValueKind == JsonValueKind.Object && read.RootElement.TryGetProperty("partialSuccess", out JsonElement partial) && partial.ValueKind == JsonValueKind.Object
                && partial.TryGetProperty("rejectedLogRecords", out JsonElement rejected))
                return Math.Clamp(long.TryParse(rejected.ValueKind == JsonValueKind.String ? rejected.GetString() : rejected.GetRawText(), out long count) ? count : 0, 0, sent);
        }
        catch (JsonException)
        {
            // Some answer 200 with no body, or a text: all was taken.
        }
        return 0;
    }
}
