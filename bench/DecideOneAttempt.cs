using BenchmarkDotNet.Attributes;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Bench;

/// <summary>How long does one decision take with a big policy, at each stage? (Promise: under a microsecond, nothing allocated.)</summary>
[MemoryDiagnoser]
public class DecideOneAttempt
{
    private const int Coding = 1;

    // Different names one after the other, so that the table is not always warm at the same place.
    private readonly DomainName[] _permitted = [.. Enumerable.Range(0, 64).Select(i => BigPolicy.Bind(BigPolicy.NameAt(1 + (15 * i), 3 + (i % 16))))];
    private readonly DomainName _unknown = BigPolicy.Bind("data.attacker.example");
    private readonly Address _public = Address.V4(0xCB007107), _inside = Address.V4(0x0B000001u + (9050u << 9)), _insideV6 = Address.V6(((UInt128)0x20010DB8u << 96) + ((UInt128)9051u << 72) + 1);
    private readonly CompiledPolicy _policy = CompiledPolicy.Compile(BigPolicy.Make(), BigPolicy.Agents(), BigPolicy.Now);
    private int _turn;

    // A bench of something else than it says would be worse than none.
    [GlobalSetup]
    public void Check()
    {
        Verdict[] verdicts = [Question().Verdict, QuestionForUnknownName().Verdict, FirstPacket().Verdict, FirstPacketWithFourBoundNames().Verdict, Hello().Verdict];
        if (!verdicts.SequenceEqual([Verdict.Permit, Verdict.Deny, Verdict.Pending, Verdict.Pending, Verdict.Permit]))
            throw new InvalidOperationException(string.Join(' ', verdicts));
        foreach (Address inside in (Address[])[_inside, _insideV6])
        {
            Decision hello = Decide(Stage.Hello, _unknown, [], inside);
            if (hello.Rule == 0) throw new InvalidOperationException($"{inside}: {hello}");
        }
    }

    [Benchmark]
    public Decision Question() => Decide(Stage.Dns, Next(), [], default);

    [Benchmark]
    public Decision QuestionForUnknownName() => Decide(Stage.Dns, _unknown, [], default);

    [Benchmark]
    public Decision FirstPacket() => Decide(Stage.FirstPacket, null, Next(1), _public);

    [Benchmark]
    public Decision FirstPacketWithFourBoundNames() => Decide(Stage.FirstPacket, null, Next(4), _public);

    [Benchmark]
    public Decision FirstPacketToPrefix() => Decide(Stage.FirstPacket, null, [], _inside);

    [Benchmark]
    public Decision FirstPacketToPrefixV6() => Decide(Stage.FirstPacket, null, [], _insideV6);

    [Benchmark]
    public Decision Hello()
    {
        ReadOnlySpan<DomainName> bound = Next(1);
        return Decide(Stage.Hello, bound[0], bound, _public);
    }

    private DomainName Next() => _permitted[_turn++ & 63];

    private ReadOnlySpan<DomainName> Next(int count) => _permitted.AsSpan((_turn += count) & 60, count);

    private Decision Decide(Stage stage, DomainName? claim, ReadOnlySpan<DomainName> bound, Address to) => _policy.Decide(new Attempt
    {
        Agent = Coding,
        Stage = stage,
        Protocol = 6,
        Port = 443,
        Destination = to,
        Claim = claim is null ? Claim.NotSeen : Claim.Name,
        ClaimedName = claim is null ? [] : claim.Bytes,
        Bound = bound,
        ClaimProof = Proof.DnsSni,
    });
}
