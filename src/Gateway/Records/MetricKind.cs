namespace Exeat.Gateway.Records;

/// <summary>How a number moves.</summary>
internal enum MetricKind : byte
{
    /// <summary>Up and down: what is there now.</summary>
    Gauge = 0,

    /// <summary>Up only, from the start of the gateway on.</summary>
    Counter,
}
