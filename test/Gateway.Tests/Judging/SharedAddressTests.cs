using System.Collections.Immutable;
using Exeat.Gateway.Bindings;
using Exeat.Names;
using Exeat.Testing;
using Exeat.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>What a hello proves ends where an address serves several owners: the record says so (T12).</summary>
public sealed class SharedAddressTests
{
    private const string Caveat = "name-unproven-on-shared-address";
    private static readonly Address Somewhere = Address.V4(0xCB007101);

    [Theory]
    [InlineData(false, "www.openclaw.ai", null)]
    [InlineData(true, "www.openclaw.ai", null)]
    [InlineData(false, "other.example", Caveat)]
    [InlineData(true, "other.example", Caveat)]
    public void T12_A_permit_by_name_on_a_shared_address_says_so(bool v6, string neighbour, string? caveat)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        bench.Bind(neighbour);
        bench.Handshake();
        Assert.True(bench.Client(TcpFlags.Ack | TcpFlags.Psh, 1, HelloBuilder.For("openclaw.ai").Build()).Accept);
        Assert.Equal(("permit", "dns+sni", caveat), (bench.LastDecision().Verdict, bench.LastDecision().Proof, bench.LastDecision().Caveat));
    }

    [Fact]
    public void T12_A_denial_needs_no_caveat()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Bind("other.example");
        bench.Handshake();
        bench.Client(TcpFlags.Ack | TcpFlags.Psh, 1, HelloBuilder.For("other.example").Build());
        Assert.Equal(("deny", null), (bench.LastDecision().Verdict, bench.LastDecision().Caveat));
    }

    [Fact]
    public void T12_Names_of_several_agents_and_aliases_of_other_domains_show_that_an_address_is_shared_until_all_are_gone()
    {
        var time = new FakeTimeProvider();
        var book = new BindingBook(new BindingLimits(), time);
        Bind(book, "a", "api.example.com");
        Bind(book, "b", "www.example.com", "lb.example.com");
        Assert.False(book.Shared.Contains(Somewhere));
        Bind(book, "b", "www.example.com", "d1.cdn.example.net");
        Assert.True(book.Shared.Contains(Somewhere));
        Ended(book, time);
        Bind(book, "a", "one.github.io");
        Bind(book, "b", "two.github.io");
        Assert.True(book.Shared.Contains(Somewhere));
        Ended(book, time);
    }

    private static void Ended(BindingBook book, FakeTimeProvider time)
    {
        time.Advance(TimeSpan.FromDays(3));
        book.Sweep();
        Assert.Equal((0, false), (book.Count, book.Shared.Contains(Somewhere)));
    }

    private static void Bind(BindingBook book, string agent, string name, params ImmutableArray<string> via) =>
        Assert.True(book.TryBind(book.KeyOf(agent), Name(name), Somewhere, TimeSpan.FromMinutes(5), [.. via.Select(Name)], out _));

    private static DomainName Name(string name) => DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes(name));
}
