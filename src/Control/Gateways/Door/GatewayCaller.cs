using System.Security.Cryptography.X509Certificates;
using Exeat.Control.Gateways.Certificates;
using Exeat.Control.Http;

namespace Exeat.Control.Gateways.Door;

/// <summary>Says which gateway asks, by its certificate, anew at each request: a revoked one is refused from the next on, also over a connection that is open.</summary>
internal sealed class GatewayCaller(GatewayAuthority authority, GatewayBook book, TimeProvider time)
{
    private const string EnrolAgain = GatewayBook.EnrolAgain;

    /// <summary>The gateway, and the certificate that it shows.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mayHaveEnded">Whether a certificate that ended a while ago will do: for its renewal, and nothing else.</param>
    /// <exception cref="Refused">It shows none that counts.</exception>
    public (GatewayRow Row, X509Certificate2 Shown) Of(HttpContext context, bool mayHaveEnded = false)
    {
        if (context.Connection.ClientCertificate is not { } shown) throw new Refused(StatusCodes.Status401Unauthorized, "certificate-needed", "no certificate was shown", EnrolAgain);
        if (authority.GatewayOf(shown) is not { } id) throw new Refused(StatusCodes.Status403Forbidden, "certificate-unknown", "the certificate was not signed by this control for a gateway", EnrolAgain);
        GatewayRow row = book.Find(id) ?? throw new Refused(StatusCodes.Status403Forbidden, "gateway-unknown", $"this control knows no gateway {id}", EnrolAgain);
        if (row.Revoked is not null) throw new Refused(StatusCodes.Status403Forbidden, "certificate-revoked", $"the gateway {id} was revoked", EnrolAgain);
        DateTimeOffset now = time.GetUtcNow();
        if (shown.SerialNumber != row.Serial && !(shown.SerialNumber == row.PreviousSerial && now < row.PreviousUntil))
        {
            if (row.Issued is { } issued && shown.NotBefore.ToUniversalTime() <= issued.UtcDateTime) throw GatewayBook.Replaced(id);
            book.Adopt(row, shown);
            row = book.Demand(id);
        }
        DateTimeOffset ends = shown.NotAfter.ToUniversalTime();
        if (now >= ends + (mayHaveEnded ? GatewayBook.RenewedAfterEnd : TimeSpan.Zero))
            throw new Refused(StatusCodes.Status403Forbidden, "certificate-expired", $"the certificate of the gateway {id} ended {ends:yyyy-MM-dd HH:mm}Z", now < ends + GatewayBook.RenewedAfterEnd ? "the link renews it by itself" : EnrolAgain);
        return (row, shown);
    }
}
