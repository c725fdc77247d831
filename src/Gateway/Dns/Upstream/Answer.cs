using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>What an upstream answered to one of our questions: only what answers it, aliases followed, names spelled out, <c>ech</c> removed. Immutable, shared by agents.</summary>
/// <param name="Code">NoError or NameError.</param>
/// <param name="Records">The inner bytes of each record of the asked type; empty is NODATA or NXDOMAIN.</param>
/// <param name="Aliases">The names between the question and the records, in order.</param>
/// <param name="TtlSeconds">The least of all TTLs on the way, bounded.</param>
internal sealed record Answer(DnsResponseCode Code, ImmutableArray<byte[]> Records, ImmutableArray<DomainName> Aliases, int TtlSeconds);
