using Exeat.Gateway.Bindings;
using Exeat.Gateway.Dns;
using Exeat.Gateway.Tests.Dns;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Bindings;

public sealed class BindingBookTests
{
    private static readonly DomainName Name = DomainName.FromCanonical("api.example.com"u8);
    private static readonly DomainName Other = DomainName.FromCanonical("cdn.example.net"u8);
    private static readonly Address First = Address.V4(0xC0000201);
    private static readonly Address Second = Address.V6((UInt128)0x20010db8 << 96 | 1);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_binding_belongs_to_one_agent_and_one_address_of_either_family()
    {
        BindingBook book = Book();
        Assert.True(Bind(book, "a", Name, First));
        Assert.True(Bind(book, "a", Other, Second));
        Assert.Equal([Name], book.Names("a", First));
        Assert.Equal([Other], book.Names("a", Second));
        Assert.Empty(book.Names("b", First));
        Assert.Empty(book.Names("never seen", First));
        Assert.Equal(book.KeyOf("a"), book.KeyOf("a"));
        Assert.NotEqual(book.KeyOf("a"), book.KeyOf("b"));
    }

    [Fact]
    public void Two_names_on_one_address_are_both_bound_and_end_on_their_own()
    {
        BindingBook book = Book();
        Bind(book, "a", Name, First, 300);
        Bind(book, "a", Other, First, 600);
        Assert.Equal([Name, Other], book.Names("a", First));
        _time.Advance(TimeSpan.FromSeconds(421));
        Assert.Equal([Other], book.Names("a", First));
        _time.Advance(TimeSpan.FromSeconds(300));
        Assert.Empty(book.Names("a", First));
    }

    [Fact]
    public void A_binding_lives_at_least_300_seconds_and_two_minutes_of_grace()
    {
        BindingBook book = Book();
        Bind(book, "a", Name, First, 0);
        _time.Advance(TimeSpan.FromSeconds(419));
        Assert.Equal([Name], book.Names("a", First));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(book.Names("a", First));
    }

    [Fact]
    public void A_binding_lives_at_most_24_hours()
    {
        BindingBook book = Book();
        Bind(book, "a", Name, First, int.MaxValue);
        _time.Advance(TimeSpan.FromHours(24));
        Assert.Equal([Name], book.Names("a", First));
        _time.Advance(TimeSpan.FromSeconds(120));
        Assert.Empty(book.Names("a", First));
    }

    [Fact]
    public void A_new_answer_prolongs_and_never_shortens()
    {
        BindingBook book = Book();
        Bind(book, "a", Name, First, 3600);
        Bind(book, "a", Name, First, 0);
        _time.Advance(TimeSpan.FromSeconds(3600));
        Assert.Equal([Name], book.Names("a", First));
        Bind(book, "a", Name, First, 300);
        _time.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal([Name], book.Names("a", First));
        Assert.Equal(1, book.Count);
    }

    [Fact]
    public void A_full_page_refuses_the_newcomer_and_keeps_the_living()
    {
        BindingBook book = Book(new BindingLimits { PerAgent = 2 });
        Assert.True(Bind(book, "a", Name, First));
        Assert.True(Bind(book, "a", Other, First));
        Assert.False(Bind(book, "a", Name, Second));
        Assert.True(Bind(book, "a", Name, First, 900));
        Assert.Equal([Name, Other], book.Names("a", First));
        Assert.Empty(book.Names("a", Second));
        Assert.True(Bind(book, "b", Name, Second));
    }

    [Fact]
    public void Dead_bindings_make_room()
    {
        BindingBook book = Book(new BindingLimits { PerAgent = 1 });
        Assert.True(Bind(book, "a", Name, First));
        Assert.False(Bind(book, "a", Other, First));
        _time.Advance(TimeSpan.FromSeconds(500));
        Assert.True(Bind(book, "a", Other, First));
        Assert.Equal([Other], book.Names("a", First));
        Assert.Equal(1, book.Count);
    }

    [Fact]
    public void Addresses_of_a_name_and_names_of_an_address_are_bounded()
    {
        BindingBook book = Book(new BindingLimits { AddressesPerName = 1 });
        Assert.True(Bind(book, "a", Name, First));
        Assert.False(Bind(book, "a", Name, Second));
        Assert.True(Bind(book, "a", Other, Second));
        book = Book(new BindingLimits { NamesPerAddress = 1 });
        Assert.True(Bind(book, "a", Name, First));
        Assert.False(Bind(book, "a", Other, First));
        Assert.True(Bind(book, "a", Other, Second));
    }

    /// <summary>Content stores answer with eight addresses of some hundred, for five seconds: each answer must find room while those before it live.</summary>
    [Fact]
    public void A_name_that_gives_others_in_every_answer_is_bound_each_time()
    {
        var limits = new GatewayLimits();
        BindingBook book = Book(new BindingLimits { AddressesPerName = limits.AddressesPerName, PerAgent = limits.Bindings });
        for (int answer = 0; answer < 120; answer++)
        {
            for (int i = 0; i < 8; i++) Assert.True(Bind(book, "a", Name, Address.V4(0xCB000000 | (uint)(answer << 16 | 113 << 8 | i))), $"after {answer * 5} seconds");
            _time.Advance(TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>Twenty such names, a registry and its stores say, beside what a browser asks for.</summary>
    [Fact]
    public void Twenty_names_that_give_others_in_every_answer_find_room_together()
    {
        var limits = new GatewayLimits();
        BindingBook book = Book(new BindingLimits { AddressesPerName = limits.AddressesPerName, PerAgent = limits.Bindings });
        DomainName[] stores = [.. Enumerable.Range(0, 20).Select(i => DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes($"store{i}.example.net")))];
        for (int i = 0; i < 500; i++) Assert.True(Bind(book, "a", DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes($"page{i}.example.com")), First, 3600));
        for (uint answer = 0; answer < 120; answer++)
        {
            for (uint store = 0; store < stores.Length; store++)
                for (uint i = 0; i < 8; i++) Assert.True(Bind(book, "a", stores[store], Address.V6(((UInt128)0x20010db8 << 96) | (store << 24) | (answer << 8) | i)), $"store {store} after {answer * 5} seconds");
            _time.Advance(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public void All_names_that_may_be_asked_for_below_a_zone_find_room_on_one_address()
    {
        BindingBook book = Book();
        for (int i = 0; i < new ResolverLimits().NamesPerZone; i++) Assert.True(Bind(book, "a", DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes($"bucket{i}.example.com")), First));
    }

    [Fact]
    public void Agents_that_fill_the_book_leave_the_others_their_share()
    {
        BindingBook book = Book(new BindingLimits { Total = 16, Share = 4 });
        int Fill(string agent) => Enumerable.Range(0, 20).Count(i => Bind(book, agent, Name, Address.V4(0xCB007100 | (uint)i)));
        Assert.Equal(8, Fill("a"));
        Assert.Equal(4, Fill("b"));
        Assert.Equal(4, Fill("c"));
        Assert.Equal(0, Fill("d"));
        Assert.Equal(16, book.Count);
        // With more agents the share is less, and everybody has it.
        book = Book(new BindingLimits { Total = 8, Share = 4 });
        CompiledPolicy policy = TestPolicy.Compile(TestPolicy.Head).Policy;
        book.Revise(policy);
        string[] agents = [.. policy.Agents.Select(agent => agent.Id)];
        Assert.Equal(4, Fill(agents[0]));
        Assert.All(agents[1..], agent => Assert.Equal(4 / agents.Length, Fill(agent)));
    }

    [Fact]
    public void A_book_that_was_full_is_restored_whole()
    {
        BindingBook book = Book(new BindingLimits { Total = 16, Share = 4 });
        for (uint i = 0; i < 12; i++) Assert.True(book.Restore("a", Name, Address.V4(0xCB007100 | i), TimeSpan.FromMinutes(1), []));
    }

    [Fact]
    public void Of_a_chain_of_aliases_only_what_tells_of_the_address_is_kept()
    {
        BindingBook book = Book();
        DomainName near = DomainName.FromCanonical("edge.example.com"u8);
        Assert.True(book.TryBind(book.KeyOf("a"), Name, First, TimeSpan.Zero, [near, Other, Other, near], out _));
        Assert.Equal([Other], book.Find("a", First, Name)!.Via);
        Assert.True(book.Shared.Contains(First));
        Assert.True(book.TryBind(book.KeyOf("a"), Name, Second, TimeSpan.Zero, [near, near], out _));
        Assert.Empty(book.Find("a", Second, Name)!.Via);
        Assert.False(book.Shared.Contains(Second));
    }

    [Fact]
    public void The_whole_book_is_bounded_and_sweeping_gives_the_room_back()
    {
        BindingBook book = Book(new BindingLimits { Total = 2 });
        Assert.True(Bind(book, "a", Name, First));
        Assert.True(Bind(book, "b", Name, First));
        Assert.False(Bind(book, "c", Name, First));
        Assert.Empty(book.Names("c", First));
        _time.Advance(TimeSpan.FromSeconds(500));
        book.Sweep();
        Assert.Equal(0, book.Count);
        Assert.True(Bind(book, "c", Name, First));
    }

    [Fact]
    public void A_withdrawn_binding_never_was()
    {
        BindingBook book = Book();
        book.TryBind(book.KeyOf("a"), Name, First, TimeSpan.Zero, [], out BindingReceipt first);
        book.Withdraw(first);
        Assert.Empty(book.Names("a", First));
        Assert.Equal(0, book.Count);

        Bind(book, "a", Name, First, 300);
        book.TryBind(book.KeyOf("a"), Name, First, TimeSpan.FromHours(1), [], out BindingReceipt longer);
        book.Withdraw(longer);
        book.Withdraw(longer);
        _time.Advance(TimeSpan.FromSeconds(419));
        Assert.Equal([Name], book.Names("a", First));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(book.Names("a", First));
    }

    [Fact]
    public void Only_an_address_that_was_not_bound_before_is_announced()
    {
        BindingBook book = Book();
        var announced = new List<(int, Address)>();
        book.Bound = (agent, address) => announced.Add((agent, address));
        Bind(book, "a", Name, First);
        Bind(book, "a", Name, First);
        Bind(book, "a", Other, First);
        _time.Advance(TimeSpan.FromSeconds(500));
        Bind(book, "a", Name, First);
        int key = book.KeyOf("a");
        Assert.Equal([(key, First), (key, First), (key, First)], announced);
    }

    [Fact]
    public void An_agent_that_is_gone_leaves_no_bindings_to_the_next_with_its_id()
    {
        BindingBook book = Book();
        Bind(book, "coder", Name, First);
        Bind(book, "coder", Name, Second);
        Bind(book, "other", Name, Second);
        book.Revise(TestPolicy.Compile(TestPolicy.Head, coder: "successor").Policy);
        Assert.Empty(book.Names("coder", First));
        Assert.Equal([Name], book.Names("other", Second));
        Assert.Equal(1, book.Count);
    }

    [Fact]
    public void A_binding_to_a_private_address_ends_with_the_rule_that_states_it()
    {
        Address inside = ResolverRig.Parse("10.0.0.5");
        DomainName db = DomainName.FromCanonical("db.example.com"u8);
        string stated = TestPolicy.Head + "- {name: allow-db, priority: 40, to: {names: [inner], groups: [private]}, action: permit}\n";
        BindingBook book = Book();
        Bind(book, "coder", db, inside);
        Bind(book, "coder", db, First);
        book.Revise(TestPolicy.Compile(stated).Policy);
        Assert.Equal([db], book.Names("coder", inside));

        book.Revise(TestPolicy.Compile(stated.Replace(", groups: [private]", "", StringComparison.Ordinal), 2).Policy);
        Assert.Empty(book.Names("coder", inside));
        Assert.Equal([db], book.Names("coder", First));
    }

    [Fact]
    public void Aliases_are_kept_with_the_binding()
    {
        BindingBook book = Book();
        book.TryBind(book.KeyOf("a"), Name, First, TimeSpan.Zero, [Other], out _);
        Assert.Equal([Other], book.Find("a", First, Name)!.Via);
        Assert.Null(book.Find("a", Second, Name));
    }

    [Fact]
    public void Looking_up_does_not_allocate()
    {
        BindingBook book = Book();
        Bind(book, "a", Name, First);
        int key = book.KeyOf("a");
        long now = _time.GetTimestamp();
        int found = Look(book, key, now);
        long before = GC.GetAllocatedBytesForCurrentThread();
        found += Look(book, key, now);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(2000, found);
    }

    [Fact]
    public async Task Readers_and_writers_at_once_see_whole_states()
    {
        BindingBook book = Book();
        using var stop = new CancellationTokenSource();
        Task<int> reader = Task.Run(() =>
        {
            int seen = 0;
            while (!stop.IsCancellationRequested)
                foreach (DomainName name in book.Names("a", First)) seen += name.Text.Length > 0 ? 1 : throw new InvalidOperationException();
            return seen;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 50; i++) Assert.True(Bind(book, "a", DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes($"n{writer}-{i}.example")), First));
        })));
        await stop.CancelAsync();
        await reader;
        Assert.Equal(200, book.Names("a", First).Length);
        Assert.Equal(200, book.Count);
    }

    private static int Look(BindingBook book, int key, long now)
    {
        int found = 0;
        for (int i = 0; i < 1000; i++) found += book.Names(key, First, now).Length + book.Names(key, Second, now).Length;
        return found;
    }

    private BindingBook Book(BindingLimits? limits = null) => new(limits ?? new BindingLimits(), _time);

    private static bool Bind(BindingBook book, string agent, DomainName name, Address address, int seconds = 0) =>
        book.TryBind(book.KeyOf(agent), name, address, TimeSpan.FromSeconds(seconds), [], out _);
}
