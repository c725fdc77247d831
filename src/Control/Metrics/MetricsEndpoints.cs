using Exeat.Control.Http;

namespace Exeat.Control.Metrics;

/// <summary>What Prometheus reads, with a token of the role viewer: there is no listener without a login.</summary>
internal static class MetricsEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/metrics", (ControlMetrics metrics) => TypedResults.Text(metrics.Text(), "text/plain; version=0.0.4; charset=utf-8")).RequireRole(Roles.Viewer).WithSummary("Numbers for Prometheus");
}
