using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Gateways.Certificates;
using Exeat.Control.Gateways.Fleet;
using Exeat.Control.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Exeat.Control.Gateways.Door;

/// <summary>What links ask: <c>/gateway/v1</c> on the gateways' listener. Unknown fields of their messages are passed over, so that a newer link is understood.</summary>
internal sealed class LinkEndpoints(GatewayCaller callers, GatewayBook book, GatewayAuthority authority, AgentsBook agents, DesiredStates desired, GatewayShares shares, GatewayBodies bodies, EnrolmentThrottle strangers, GatewayEvents events, RecordSink sink, StoreMark store, TimeProvider time) : IDisposable
{
    // Of the certificate's life, after which control says that it is due, by its own clock.
    private const double RenewalAfter = 2.0 / 3;
    private const int MaxPackedBytes = LinkProtocol.MaxBatchBytes, MaxReport = 1 << 18, MaxRequest = 1 << 14, MaxEnrolment = LinkProtocol.MaxEnrolmentBytes;

    // Batches that are unpacked and stored at once, of all gateways: each has up to three times the largest batch, and none waits for its sender.
    private readonly SemaphoreSlim _batches = new(4);

    public static void Map(IEndpointRouteBuilder app)
    {
        RouteGroupBuilder door = app.MapGroup("/gateway/v1");
        door.MapGet("/authority", (HttpContext context, LinkEndpoints link) => link.AuthorityAsync(context)).ForGateways();
        door.MapPost("/enrol", (HttpContext context, LinkEndpoints link) => link.EnrolAsync(context)).ForGateways();
        door.MapPost("/renew", (HttpContext context, LinkEndpoints link) => link.RenewAsync(context)).ForGateways();
        door.MapGet("/desired", (HttpContext context, LinkEndpoints link) => link.DesiredAsync(context)).ForGateways();
        door.MapGet("/bundles/{hash}", (HttpContext context, LinkEndpoints link) => link.BundleAsync(context)).ForGateways();
        door.MapPost("/records", (HttpContext context, LinkEndpoints link) => link.RecordsAsync(context)).ForGateways();
        door.MapPost("/status", (HttpContext context, LinkEndpoints link) => link.StatusAsync(context)).ForGateways();
    }

    public void Dispose() => _batches.Dispose();

    private Task AuthorityAsync(HttpContext context)
    {
        Begin(context);
        context.Response.ContentType = "application/x-pem-file";
        return context.Response.WriteAsync(authority.Certificate + "\n", context.RequestAborted);
    }

    private async Task EnrolAsync(HttpContext context)
    {
        Begin(context);
        using EnrolmentPlace place = strangers.Take(context.Connection.RemoteIpAddress);
        EnrolRequest asked = await ReadAsync(context, LinkJson.Default.EnrolRequest, MaxEnrolment);
        if (!GatewayBook.IsId(asked.Gateway) || asked.Token is not { Length: > 0 } || asked.Request is not { Length: > 0 }) throw Refused.Invalid("the enrolment lacks its gateway, token or request", "use the exeat-link of this release or the one before");
        using X509Certificate2 certificate = book.Enrol(asked.Gateway, asked.Token, asked.Request, change =>
        {
            if (asked.Agents is { } document) agents.Begin(change, asked.Gateway, document);
        });
        place.Succeeded = true;
        await AnswerAsync(context, new CertificateAnswer(certificate.ExportCertificatePem(), authority.Certificate), LinkJson.Default.CertificateAnswer);
    }

    private async Task RenewAsync(HttpContext context)
    {
        Begin(context);
        (GatewayRow row, X509Certificate2 shown) = Caller(context, mayHaveEnded: true);
        using IDisposable place = shares.Take(row.Id, "renew");
        RenewRequest asked = await ReadAsync(context, LinkJson.Default.RenewRequest, MaxRequest);
        Caller(context, mayHaveEnded: true);
        using X509Certificate2 certificate = book.Renew(row, shown.SerialNumber, asked.Request ?? "");
        await AnswerAsync(context, new CertificateAnswer(certificate.ExportCertificatePem(), authority.Certificate), LinkJson.Default.CertificateAnswer);
    }

    private async Task DesiredAsync(HttpContext context)
    {
        Begin(context);
        (GatewayRow row, _) = Caller(context);
        using OnlyRequest place = shares.TakeOnly(row.Id, "desired", context.RequestAborted);
        string have = context.Request.Query["have"].ToString();
        _ = int.TryParse(context.Request.Query["wait"], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds);
        TimeSpan most = TimeSpan.FromSeconds(Math.Min(seconds, LinkProtocol.MaxWait.TotalSeconds));
        DesiredState state = await UnlessReplaced(place, () => desired.WaitAsync(row.Id, have, most, () => Caller(context), place.Ended));
        await AnswerAsync(context, state, LinkJson.Default.DesiredState);
    }

    private async Task BundleAsync(HttpContext context)
    {
        Begin(context);
        (GatewayRow row, _) = Caller(context);
        using IDisposable place = shares.Take(row.Id, "bundles");
        BundleContent bundle = desired.Bundle(row.Id, context.Request.RouteValues["hash"] as string ?? "") ?? throw Refused.NotFound("such bundle for this gateway", "ask for what is desired again");
        await AnswerAsync(context, bundle, LinkJson.Default.BundleContent);
    }

    private async Task RecordsAsync(HttpContext context)
    {
        Begin(context);
        (GatewayRow row, _) = Caller(context);
        using OnlyRequest place = shares.TakeOnly(row.Id, "records", context.RequestAborted);
        Allow(context, MaxPackedBytes);
        using GatewayBody body = await UnlessReplaced(place, () => bodies.ReadAsync(context, MaxPackedBytes, place.Ended));
        // Whole in memory: from here on it waits for nobody but the store.
        place.Keep();
        await _batches.WaitAsync(context.RequestAborted);
        RecordsAnswer kept;
        long foreign;
        try
        {
            Caller(context);
            byte[] lines = Lines(body, context.Request.Headers[HeaderNames.ContentEncoding] == "gzip");
            int own = OwnRecords.Keep(lines, row.Id, out foreign);
            if (foreign > 0) book.CountForeign(row.Id, foreign);
            kept = sink(row.Id, lines.AsSpan(0, own), time.GetUtcNow())
                ?? throw new Refused(StatusCodes.Status507InsufficientStorage, "store-full", "the flow store has no room", "free some on control's disk, or keep records for a shorter time; gateways keep theirs meanwhile");
        }
        finally
        {
            _batches.Release();
        }
        await AnswerAsync(context, kept with { Foreign = foreign }, LinkJson.Default.RecordsAnswer);
    }

    private static async Task<T> UnlessReplaced<T>(OnlyRequest place, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (place.GaveWay)
        {
            throw GatewayShares.Replaced();
        }
    }

    private async Task StatusAsync(HttpContext context)
    {
        Begin(context);
        (GatewayRow row, X509Certificate2 shown) = Caller(context);
        using IDisposable place = shares.Take(row.Id, "status");
        LinkReport report = await ReadAsync(context, LinkJson.Default.LinkReport, MaxReport);
        Caller(context);
        book.Keep(row.Id, report);
        DateTimeOffset now = time.GetUtcNow(), from = shown.NotBefore.ToUniversalTime(), to = shown.NotAfter.ToUniversalTime();
        await AnswerAsync(context, new ReportAnswer(now, now >= from + ((to - from) * RenewalAfter), store.Text), LinkJson.Default.ReportAnswer);
    }

    // Asked before a body is read, and again when it has come: the gateway may have been enrolled anew or revoked in the minutes between.
    private (GatewayRow Row, X509Certificate2 Shown) Caller(HttpContext context, bool mayHaveEnded = false)
    {
        try
        {
            return callers.Of(context, mayHaveEnded);
        }
        catch (Refused refused) when (refused.Word is "certificate-revoked" or "certificate-replaced")
        {
            if (authority.GatewayOf(context.Connection.ClientCertificate!) is { } id) events.Raise(GatewayEventKind.Rejected, id, refused.Message);
            throw;
        }
    }

    // The version first: what speaks another may mean something else by the rest.
    private static void Begin(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[LinkProtocol.Header] = LinkProtocol.Current.ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        string said = context.Request.Headers[LinkProtocol.Header].ToString();
        if (int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && LinkProtocol.Understands(version)) return;
        throw new Refused(StatusCodes.Status426UpgradeRequired, "protocol", said.Length == 0 ? $"the request has no {LinkProtocol.Header}" : $"the link speaks another protocol than {LinkProtocol.Current}, which this control speaks",
            "releases of link and control may be one apart; upgrade the older side");
    }

    private async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, int most)
    {
        Allow(context, most);
        using GatewayBody body = await bodies.ReadAsync(context, most, context.RequestAborted);
        try
        {
            return JsonSerializer.Deserialize(body.Bytes.Span, type) ?? throw Refused.Invalid("the body is empty", "use the exeat-link of this release or the one before");
        }
        catch (JsonException broken)
        {
            throw Refused.Invalid($"the body cannot be read: {broken.Message}", "use the exeat-link of this release or the one before");
        }
    }

    private static byte[] Lines(GatewayBody body, bool packed)
    {
        if (!packed) return body.Bytes.ToArray();
        using var lines = new MemoryStream();
        using var unpacked = new GZipStream(body.Open(), CompressionMode.Decompress);
        byte[] piece = new byte[1 << 16];
        try
        {
            for (int read; (read = unpacked.Read(piece)) > 0;)
            {
                lines.Write(piece, 0, read);
                // However well it was packed.
                if (lines.Length > LinkProtocol.MaxBatchBytes) throw new Refused(StatusCodes.Status413PayloadTooLarge, "too-large", $"the batch has more than {LinkProtocol.MaxBatchBytes >> 20} MiB", "send smaller ones");
            }
        }
        catch (InvalidDataException broken)
        {
            throw Refused.Invalid($"the batch cannot be unpacked: {broken.Message}", "it is sent again by itself");
        }
        return lines.ToArray();
    }

    private static void Allow(HttpContext context, long most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = most;
    }

    private static Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted);
    }
}
