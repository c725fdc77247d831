using System.Collections.Immutable;
using Exeat.Gateway.Bindings;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>The last step of a question that was forwarded: screen the addresses, bind, record, and only then let the answer go (D10).</summary>
internal sealed class AnswerRelease(BindingBook book, DnsRecorder recorder, ResolverOptions options, ResolverCounters counters, Func<Snapshot> current)
{
    /// <summary>How long a refusal of ours may be remembered: policy can change any moment.</summary>
    public const int RefusalTtlSeconds = 1;

    // So that the denial id behind the name always fits the text.
    private const int MaxRuleNameChars = 100;

    /// <summary>Screens, binds and records. What comes back may be sent.</summary>
    public Reply Release(Exchange exchange, AgentQuestion question, DomainName name, Answer answer, int ttlSeconds)
    {
        bool monitor = exchange.Mode == Mode.Monitor;
        var screened = new Screened(question.Type, answer);
        var receipts = new List<BindingReceipt>();
        foreach (Address address in screened.Addresses)
        {
            if (!IsPermitted(exchange, name, address)) screened.Forbidden.Add(address);
            else if (book.TryBind(exchange.Key, name, address, TimeSpan.FromSeconds(ttlSeconds), answer.Aliases, out BindingReceipt receipt)) receipts.Add(receipt);
            else screened.Unbound.Add(address);
        }
        counters.Strip(screened.Forbidden.Count);
        exchange.Judgement = Judge(exchange, screened, monitor);
        // A question stands on record also when its answer stays here.
        bool recorded = recorder.Record(exchange, answer.Aliases.AsSpan());
        // Whoever forgets the bindings of an agent that is gone does so after the new policy is in force: what was bound by the old one since then is undone here.
        if (!recorded || !ReferenceEquals(current(), exchange.Snapshot))
        {
            foreach (BindingReceipt receipt in receipts) book.Withdraw(receipt);
            return new Reply { Code = DnsResponseCode.ServerFailure };
        }
        ImmutableArray<byte[]> records = monitor ? answer.Records : screened.Rest();
        if (records.Length > 0) return new Reply { Records = records, TtlSeconds = ttlSeconds };
        if (answer.Records.IsEmpty) return new Reply { Code = answer.Code, WithSoa = true, TtlSeconds = ttlSeconds };
        // NODATA, not NXDOMAIN: the other family may be fine. What only found no room may find it later: that is a failure, not an absence.
        return exchange.Judgement.Decision.Reason == Reason.AddressNotAllowed
            ? Refusal(exchange, DnsResponseCode.NoError)
            : new Reply { Code = DnsResponseCode.ServerFailure };
    }

    /// <summary>A refusal by policy: remembered for a second, with rule and denial id for people (RFC 8914).</summary>
    public static Reply Refusal(Exchange exchange, DnsResponseCode code)
    {
        string rule = exchange.RuleName;
        return new Reply
        {
            Code = code,
            WithSoa = code != DnsResponseCode.Refused,
            TtlSeconds = RefusalTtlSeconds,
            Error = Edns.Blocked,
            ErrorText = $"rule {(rule.Length > MaxRuleNameChars ? rule[..MaxRuleNameChars] : rule)}; denial {Flows.DenialId.Of(exchange.Flow)}",
        };
    }

    private bool IsPermitted(Exchange exchange, DomainName name, Address address) =>
        !options.IsOwnAddress(address) && exchange.Snapshot.Policy.MayAnswer(exchange.Agent, name.Bytes, address);

    // A question that policy would deny keeps that word. Otherwise an answer that has nothing left is what decides.
    private static Judgement Judge(Exchange exchange, Screened screened, bool monitor)
    {
        Judgement asked = exchange.Judgement;
        if (asked.Denies || !screened.HasNothingLeft) return asked;
        bool forbidden = screened.Forbidden.Count > 0;
        Reason reason = forbidden ? Reason.AddressNotAllowed : Reason.LimitReached;
        return asked with { Decision = asked.Decision with { Verdict = Verdict.Deny, Reason = reason }, Enforced = !monitor };
    }

    /// <summary>The addresses of an answer, sorted.</summary>
    private sealed class Screened
    {
        private readonly DnsType _type;
        private readonly Answer _answer;

        public Screened(DnsType type, Answer answer)
        {
            (_type, _answer) = (type, answer);
            foreach (byte[] rdata in answer.Records)
            {
                if (IsAddress) Addresses.Add(Address.FromBytes(rdata));
                else if (IsBinding) AddHints(rdata);
            }
        }

        public List<Address> Addresses { get; } = [];

        public List<Address> Forbidden { get; } = [];

        public List<Address> Unbound { get; } = [];

        public bool HasNothingLeft => IsAddress && Addresses.Count > 0 && Forbidden.Count + Unbound.Count == Addresses.Count;

        private bool IsAddress => _type is DnsType.A or DnsType.AAAA;

        private bool IsBinding => _type is DnsType.SVCB or DnsType.HTTPS;

        public ImmutableArray<byte[]> Rest()
        {
            if (Forbidden.Count + Unbound.Count == 0) return _answer.Records;
            Address[] gone = [.. Forbidden, .. Unbound];
            if (IsAddress) return [.. _answer.Records.Where(rdata => !gone.Contains(Address.FromBytes(rdata)))];
            return [.. _answer.Records.Select(rdata => Without(rdata, gone))];
        }

        private static byte[] Without(byte[] rdata, Address[] gone)
        {
            byte[] room = new byte[rdata.Length];
            ReadStatus status = SvcbRewriter.TryRewrite(rdata, gone, room, out int written);
            return status == ReadStatus.Found ? room[..written] : throw new InvalidOperationException("dns: a record that was read once reads no more");
        }

        private void AddHints(byte[] rdata)
        {
            if (SvcbReader.TryOpen(rdata, stackalloc byte[CanonicalName.MaxBytes], out _, out SvcbReader reader) != ReadStatus.Found) return;
            while (reader.HasParameter && reader.TryReadParameter(out ushort key, out ReadOnlySpan<byte> value) == ReadStatus.Found)
            {
                int size = key switch { SvcbReader.Ipv4Hint => 4, SvcbReader.Ipv6Hint => 16, _ => 0 };
                if (size == 0) continue;
                for (; value.Length >= size; value = value[size..]) Addresses.Add(Address.FromBytes(value[..size]));
            }
        }
    }
}
