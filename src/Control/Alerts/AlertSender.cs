using System.Text;
using System.Text.Json;
using Exeat.Api;
using Exeat.Api.Control;
using Exeat.Control.Export;
using Exeat.Flows;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Exeat.Control.Alerts;

/// <summary>Brings one alert to one channel, once. Throws <see cref="OutboundException"/>.</summary>
internal sealed class AlertSender(Dialer dialer, TimeProvider time)
{
    private static readonly TimeSpan MailPatience = TimeSpan.FromSeconds(20);

    public Task SendAsync(AlertChannel channel, string? secret, RaisedAlert alert, CancellationToken cancel) => channel.Kind switch
    {
        "webhook" => WebhookAsync(channel, secret, alert, cancel),
        "slack" => SlackAsync(channel, secret, alert, cancel),
        "smtp" => MailAsync(channel, secret, alert, cancel),
        _ => throw new OutboundException($"channels of the kind {channel.Kind} are not known") { IsFinal = true },
    };

    private async Task WebhookAsync(AlertChannel channel, string? secret, RaisedAlert alert, CancellationToken cancel)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(alert, AlertsJson.Default.RaisedAlert);
        using var post = new HttpPost(dialer, channel.Private, channel.Ca);
        await post.SendAsync(channel.Url ?? "", body, cancel, (AlertSignature.Header, AlertSignature.Of(secret ?? "", time.GetUtcNow(), body)), ("Exeat-Event", alert.Event));
    }

    private async Task SlackAsync(AlertChannel channel, string? secret, RaisedAlert alert, CancellationToken cancel)
    {
        using var post = new HttpPost(dialer, channel.Private, channel.Ca);
        await post.SendAsync(secret ?? channel.Url ?? "", SlackBody(alert), cancel);
    }

    /// <summary>Slack's form, which others take too. The three characters that mean something there are written as it says, and nothing is made a link.</summary>
    public static byte[] SlackBody(RaisedAlert alert)
    {
        string text = Plain(alert).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteBoolean("mrkdwn", false);
            json.WriteBoolean("unfurl_links", false);
            json.WriteBoolean("unfurl_media", false);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>The alert as lines of text.</summary>
    public static string Plain(RaisedAlert alert)
    {
        var text = new StringBuilder();
        text.Append('[').Append(alert.State == "resolved" ? "resolved" : alert.Severity).Append("] ").Append(alert.Title).Append('\n');
        if (alert.Text.Length > 0) text.Append(alert.Text).Append('\n');
        if (alert.Gateway is not null) text.Append("gateway: ").Append(TerminalText.Escape(alert.Gateway)).Append('\n');
        if (alert.Agent is not null) text.Append("agent: ").Append(TerminalText.Escape(alert.Agent)).Append('\n');
        if (alert.Record is not null) text.Append("record: exeat why ").Append(TerminalText.EscapeName(alert.Record)).Append(" --control\n");
        text.Append("runbook: ").Append(alert.Runbook).Append('\n');
        text.Append("alert: ").Append(alert.Id).Append(", ").Append(alert.First.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)).Append(" UTC");
        return text.ToString();
    }

    private async Task MailAsync(AlertChannel channel, string? secret, RaisedAlert alert, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(MailPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        using var client = new SmtpClient { Timeout = (int)MailPatience.TotalMilliseconds, CheckCertificateRevocation = false };
        if (TrustedRoots.Check(channel.Ca) is { } check) client.ServerCertificateValidationCallback = check;
        try
        {
            using MimeMessage message = Mail(channel, alert);
            string host = channel.Host ?? "";
            int port = channel.Port ?? 587;
            System.Net.Sockets.Socket socket = await dialer.ConnectAsync(host, port, channel.Private, either.Token);
            await client.ConnectAsync(socket, host, port, Security(channel.Tls), either.Token);
            if (!string.IsNullOrEmpty(channel.User)) await client.AuthenticateAsync(channel.User, secret ?? "", either.Token);
            await client.SendAsync(message, either.Token);
            await client.DisconnectAsync(quit: true, either.Token);
        }
        catch (Exception failed) when (failed is SmtpCommandException or SmtpProtocolException or AuthenticationException or SslHandshakeException or IOException or NotSupportedException or ParseException)
        {
            // 5xx is the server's last word (RFC 5321, 4.2.1).
            throw new OutboundException($"the mail server does not take it: {failed.Message.ReplaceLineEndings(" ").TrimEnd('.')}", failed) { IsFinal = failed is SmtpCommandException { StatusCode: >= (SmtpStatusCode)500 } or ParseException };
        }
        catch (OperationCanceledException slow) when (!cancel.IsCancellationRequested)
        {
            throw new OutboundException($"the mail server gave no answer within {MailPatience.TotalSeconds:0} s", slow);
        }
    }

    private static SecureSocketOptions Security(string? tls) => tls switch
    {
        "tls" => SecureSocketOptions.SslOnConnect,
        "none" => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    private MimeMessage Mail(AlertChannel channel, RaisedAlert alert)
    {
        var message = new MimeMessage { Subject = $"[{Product.Name}] {(alert.State == "resolved" ? "resolved: " : "")}{alert.Title}", Date = time.GetUtcNow() };
        message.From.Add(MailboxAddress.Parse(channel.From ?? ""));
        foreach (string to in channel.To ?? []) message.To.Add(MailboxAddress.Parse(to));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Exeat-Event", alert.Event);
        message.Body = new TextPart("plain") { Text = Plain(alert) + "\n" };
        return message;
    }
}
