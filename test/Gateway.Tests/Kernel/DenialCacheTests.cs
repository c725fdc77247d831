using Exeat.Flows;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Tests.Dns;
using Exeat.Gateway.Tests.Records;
using Exeat.Names;
using Exeat.Testing;

namespace Exeat.Gateway.Tests.Kernel;

/// <summary>The denial cache over a model of the kernel's sets: no hit is lost, and nothing is refused from memory that a new binding permits.</summary>
public sealed class DenialCacheTests : IDisposable
{
    private const int Agents = 8;
    private static readonly DomainName Name = DomainName.FromCanonical("api.example.com"u8);
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);
    private readonly RecordsRig _rig = new();
    private readonly ModelRefusals _kernel = new();
    private readonly Snapshot _snapshot = TestPolicy.Compile(TestPolicy.Head);
    private readonly DenialCache _cache;

    public DenialCacheTests() => _cache = new DenialCache(_kernel, _rig.Records, _rig.Time) { AwaitVerdicts = () => OnItsWay?.Invoke() };

    // What the verdict thread still does before a wait for it is over.
    private Action? OnItsWay { get; set; }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Emptying_when_half_full_loses_no_hit()
    {
        for (int place = 0; place < DenialCache.Places; place++) Assert.True(Refuse(Key(place)));
        Assert.Equal(DenialCache.Places, _cache.Count);
        for (int place = 0; place < DenialCache.Places; place += 3) Assert.True(_kernel.Refuses(Key(place)));
        // A verdict that was on its way, and packets that come while the counts are read: some find themselves remembered, until nothing is.
        OnItsWay = () => _kernel.Remember(Key(1));
        _kernel.Meanwhile = () => _kernel.Refuses(Key(1));
        Task emptying = _cache.CountAsync(TestContext.Current.CancellationToken);
        Assert.False(emptying.IsCompleted);
        Assert.False(_kernel.Refuses(Key(0)), "the kernel refuses from memory what is about to be forgotten here");
        Assert.False(Refuse(Key(2)), "something was remembered whose count is about to be thrown away");
        // They had found themselves remembered just before, and are counted only now.
        for (int place = 0; place < 100; place++) _kernel.Count(Key(place));
        _rig.Time.Advance(Wait);
        await emptying;
        Assert.Equal((0, _kernel.Refused), (_cache.Count, _cache.Hits));
        Assert.Equal(_kernel.Refused, Recorded());

        // Begun again, counts begin at nothing, and the next hit is one hit.
        Assert.True(Refuse(Key(0)));
        Assert.True(_kernel.Refuses(Key(0)));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal((1, _kernel.Refused), (_cache.Count, _cache.Hits));
        Assert.Equal(_kernel.Refused, Recorded());
    }

    [Fact]
    public async Task Below_half_nothing_is_emptied_and_each_hit_is_recorded_once()
    {
        for (int place = 0; place < DenialCache.Places - 1; place++) Assert.True(Refuse(Key(place)));
        for (int round = 0; round < 3; round++)
        {
            Assert.True(_kernel.Refuses(Key(7)));
            await _cache.CountAsync(TestContext.Current.CancellationToken);
            Assert.Equal(_kernel.Refused, Recorded());
        }
        Assert.Equal(DenialCache.Places - 1, _cache.Count);
    }

    [Theory]
    // As many hits after the load as before, one more, one less: none may be taken for one that was seen.
    [InlineData(3, 3), InlineData(3, 4), InlineData(3, 2), InlineData(1, 1), InlineData(0, 1)]
    public async Task A_table_that_is_loaded_again_loses_no_hit_and_doubles_none(int before, int after)
    {
        int loads = 1;
        Assert.True(Refuse(Key(0)) && Refuse(Key(1)));
        for (int i = 0; i < before; i++) Assert.True(_kernel.Refuses(Key(0)));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        // What came since the last reading, and while the counts are read for the last time.
        Assert.True(_kernel.Refuses(Key(1)));
        bool late = true;
        _kernel.Meanwhile = () => late = late && _kernel.Refuses(Key(0)) && false;
        OnItsWay = () => _kernel.Remember(Key(1));
        _cache.Renew(
            () =>
            {
                // The verdict loop goes on while the table is loaded: what it refuses now would be counted in the old one.
                Assert.False(Refuse(Key(0)) || _kernel.Refuses(Key(0)) || _kernel.Refuses(Key(1)), "the kernel refuses from memory what is deleted with the table");
                (loads, _) = (2, Load());
            },
            () => loads);
        (_kernel.Meanwhile, OnItsWay) = (null, null);
        Assert.Equal(_kernel.Refused, Recorded());
        Assert.Equal(0, _cache.Told);
        Assert.False(_kernel.Refuses(Key(0)), "the new table refuses from memory what nobody told it");

        Assert.True(Refuse(Key(0)));
        for (int i = 0; i < after; i++) Assert.True(_kernel.Refuses(Key(0)));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(_kernel.Refused, Recorded());
        Assert.Equal(after, _cache.Told);
    }

    [Fact]
    public async Task A_table_that_another_tool_deleted_is_loaded_again_and_its_counts_begin_at_nothing()
    {
        int loads = 1;
        Assert.True(Refuse(Key(0)));
        for (int i = 0; i < 5; i++) Assert.True(_kernel.Refuses(Key(0)));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        (_kernel.IsGone, long told) = (true, Recorded());
        _cache.Renew(() => (loads, _) = (2, Load()), () => loads);
        Assert.True(Refuse(Key(0)));
        for (int i = 0; i < 5; i++) Assert.True(_kernel.Refuses(Key(0)));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(told + 5, Recorded());
    }

    [Fact]
    public async Task It_is_known_up_to_when_counts_were_read_whatever_another_tool_does()
    {
        Assert.True(Refuse(Key(0)));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        DateTimeOffset read = _cache.ReadAt;
        Assert.Equal(_rig.Time.GetUtcNow(), read);
        _kernel.IsGone = true;
        // The gateway was stopped meanwhile, or came late.
        _rig.Time.Advance(TimeSpan.FromSeconds(3));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(read, _cache.ReadAt);
        int loads = 1;
        _cache.Renew(() => (loads, _) = (2, Load()), () => loads);
        Assert.Equal(read, _cache.ReadAt);
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(_rig.Time.GetUtcNow(), _cache.ReadAt);
    }

    [Fact]
    public async Task A_load_that_fails_leaves_counts_as_they_are()
    {
        Assert.True(Refuse(Key(0)));
        Assert.True(_kernel.Refuses(Key(0)));
        Assert.Throws<InvalidOperationException>(() => _cache.Renew(() => throw new InvalidOperationException(), () => 1));
        Assert.True(Refuse(Key(0)));
        Assert.True(_kernel.Refuses(Key(0)));
        await _cache.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, Recorded());
    }

    [Fact]
    public void One_agent_takes_its_part_of_the_places_and_no_more()
    {
        for (int i = 0; i < DenialCache.PlacesPerAgent; i++) Assert.True(Refuse(Key(i * Agents)));
        Assert.False(Refuse(Key(DenialCache.PlacesPerAgent * Agents)));
        Assert.True(Refuse(Key(1)));
    }

    [Theory]
    [InlineData("203.0.113.1", true), InlineData("2001:db8:f::1", true)]
    // Control: without the hook the very same refuses what is permitted by now.
    [InlineData("203.0.113.1", false), InlineData("2001:db8:f::1", false)]
    public void A_new_binding_ends_what_was_refused_of_its_address(string server, bool hooked)
    {
        var book = new BindingBook(new BindingLimits(), _rig.Time);
        if (hooked) book.Bound = (_, address) => _cache.Forget(address);
        FlowKey key = Key(0) with { Source = PacketBuilder.At(server.Contains(':', StringComparison.Ordinal) ? "2001:db8:a::1" : "192.0.2.1"), Destination = PacketBuilder.At(server) };
        Assert.True(Refuse(key));
        // Judged without the binding, and remembered after it was stored.
        OnItsWay = () => Refuse(key with { Port = 8443 });
        Assert.True(_kernel.Refuses(key));
        Assert.True(book.TryBind(book.KeyOf("coder"), Name, key.Destination, TimeSpan.FromMinutes(5), [], out _));
        Assert.Equal(!hooked, _kernel.Refuses(key));
        Assert.False(hooked && _kernel.Refuses(key with { Port = 8443 }));
        Assert.Equal(hooked ? 1 : 0, _cache.Flushes);
    }

    [Fact]
    public void An_address_that_nobody_was_refused_costs_the_kernel_nothing()
    {
        Assert.True(Refuse(Key(0)));
        _cache.Forget(PacketBuilder.At("203.0.113.77"));
        Assert.Equal(0, _cache.Flushes);
        Assert.True(_kernel.Refuses(Key(0)));
    }

    private bool Load()
    {
        _kernel.Load();
        return true;
    }

    private bool Refuse(FlowKey key)
    {
        FlowDraft draft = RecordsRig.Denial($"ag-{AgentOf(key)}", key.Port) with { Source = key.Source, Destination = key.Destination, Protocol = key.Protocol };
        if (!_cache.TryRemember(key, _snapshot, draft)) return false;
        _kernel.Remember(key);
        return true;
    }

    // Agents by turns, each with its own destinations, IPv4 and IPv6.
    private static FlowKey Key(int place)
    {
        (int agent, int port) = (place % Agents, 1 + place / Agents);
        return agent % 2 == 0
            ? new FlowKey(PacketBuilder.At($"192.0.2.{agent + 1}"), 40_000, PacketBuilder.At("203.0.113.1"), (ushort)port, FlowKey.Tcp)
            : new FlowKey(PacketBuilder.At($"2001:db8:a::{agent + 1}"), 40_000, PacketBuilder.At("2001:db8:f::1"), (ushort)port, FlowKey.Udp);
    }

    private static int AgentOf(FlowKey key)
    {
        Span<byte> bytes = stackalloc byte[16];
        return bytes[key.Source.WriteTo(bytes) - 1] - 1;
    }

    private long Recorded()
    {
        _rig.Records.Flush(all: true);
        return _rig.Read().Sum(e => e.Count);
    }
}
