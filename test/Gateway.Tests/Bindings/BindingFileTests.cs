using CsCheck;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Tests.Reload;
using Exeat.Names;
using Exeat.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exeat.Gateway.Tests.Bindings;

/// <summary>Bindings survive a restart for the time that is left of them; a damaged or hostile file gives none that was not written, and never an exception.</summary>
public sealed class BindingFileTests : IDisposable
{
    private static readonly byte[] Boot = new byte[16], OtherBoot = [1, .. new byte[15]];
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly DomainName Name = Of("openclaw.ai"), Alias = Of("edge.example.net");

    private readonly string _state = Directory.CreateTempSubdirectory("exeat-bindings-").FullName;
    private readonly StepClock _time = new(Start);
    private long _uptime = 1_000_000;

    private string FilePath => Path.Combine(_state, "bindings");

    [Theory]
    [InlineData("203.0.113.10"), InlineData("2001:db8:f::10")]
    public void A_binding_lives_on_for_the_time_that_is_left(string address)
    {
        Write(address, TimeSpan.FromMinutes(20));
        Pass(TimeSpan.FromMinutes(15));
        BindingBook after = Restored(Boot);
        Binding found = Assert.IsType<Binding>(after.Find("coder", At(address), Name));
        Assert.Equal([Alias], found.Via);
        Pass(TimeSpan.FromMinutes(5) + new BindingLimits().Grace - TimeSpan.FromSeconds(2));
        Assert.NotNull(after.Find("coder", At(address), Name));
        Pass(TimeSpan.FromSeconds(4));
        Assert.Null(after.Find("coder", At(address), Name));
        Assert.Null(Restored(Boot).Find("coder", At(address), Name));
    }

    [Fact]
    public void A_step_of_the_wall_clock_changes_nothing_within_one_boot()
    {
        Write("203.0.113.10", TimeSpan.FromMinutes(20));
        _time.Wall += TimeSpan.FromDays(100);
        Assert.Equal(1, Restored(Boot).Count);
        _time.Wall -= TimeSpan.FromDays(300);
        Assert.Equal(1, Restored(Boot).Count);
    }

    [Fact]
    public void After_a_reboot_the_wall_clock_tells_and_never_prolongs()
    {
        Write("203.0.113.10", TimeSpan.FromMinutes(20));
        _uptime = 5000;
        _time.Wall += TimeSpan.FromMinutes(19);
        Assert.Equal(1, Restored(OtherBoot).Count);
        _time.Wall += TimeSpan.FromMinutes(4);
        Assert.Equal(0, Restored(OtherBoot).Count);
        // A clock that went back a year: no more than it had when it was written.
        _time.Wall -= TimeSpan.FromDays(365);
        BindingBook book = Restored(OtherBoot);
        Pass(TimeSpan.FromMinutes(23));
        Assert.Null(book.Find("coder", At("203.0.113.10"), Name));
    }

    [Fact]
    public void What_was_taken_back_is_not_restored_and_what_was_prolonged_is()
    {
        (BindingBook book, BindingFile file) = Begun();
        int key = book.KeyOf("coder");
        book.TryBind(key, Name, At("203.0.113.10"), TimeSpan.FromMinutes(20), [], out BindingReceipt one);
        book.TryBind(key, Name, At("203.0.113.11"), TimeSpan.FromMinutes(20), [], out _);
        book.TryBind(key, Name, At("203.0.113.11"), TimeSpan.FromMinutes(60), [], out BindingReceipt longer);
        book.Withdraw(one);
        book.Withdraw(longer);
        file.Dispose();
        Pass(TimeSpan.FromMinutes(15));
        BindingBook after = Restored(Boot);
        Assert.Equal(1, after.Count);
        Pass(TimeSpan.FromMinutes(10));
        Assert.Null(after.Find("coder", At("203.0.113.11"), Name));
    }

    [Fact]
    public void Nobody_inherits_the_bindings_of_an_agent_that_went()
    {
        Write("203.0.113.10", TimeSpan.FromMinutes(20));
        var book = new BindingBook(new BindingLimits(), _time);
        Assert.Equal(0, Make(Boot).Restore(book, id => id == "other"));
        BindingFile file = Make(Boot);
        file.Begin(book);
        file.Dispose();
        Assert.Equal(0, Restored(Boot).Count);
    }

    [Fact]
    public void A_file_that_grew_is_written_anew_and_keeps_what_lives()
    {
        (BindingBook book, BindingFile file) = Begun();
        int key = book.KeyOf("coder");
        for (int i = 0; new FileInfo(FilePath).Length < BindingFile.SlackBytes + 4096; i++)
            book.TryBind(key, Name, At($"203.0.113.{i % 200}"), TimeSpan.FromMinutes(20 + i % 3), [], out _);
        file.Settle(book);
        Assert.InRange(new FileInfo(FilePath).Length, 1, 200 * 100);
        book.TryBind(key, Name, At("198.51.100.1"), TimeSpan.FromMinutes(20), [], out _);
        file.Dispose();
        Assert.Equal(201, Restored(Boot).Count);
    }

    [Fact]
    public void Limits_hold_for_what_is_restored()
    {
        (BindingBook book, BindingFile file) = Begun();
        for (int i = 0; i < 50; i++) book.TryBind(book.KeyOf("coder"), Name, At($"203.0.113.{i}"), TimeSpan.FromMinutes(20), [], out _);
        file.Dispose();
        var small = new BindingBook(new BindingLimits { PerAgent = 7 }, _time);
        Assert.Equal(7, Make(Boot).Restore(small, _ => true));
    }

    [Fact]
    public void A_file_cut_anywhere_gives_only_what_was_written()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++) AssertHarmless(whole[..length], whole);
    }

    [Fact]
    public void A_file_with_any_byte_changed_gives_only_what_was_written()
    {
        byte[] whole = Sample();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            byte[] changed = [.. whole];
            changed[at] ^= flip;
            AssertHarmless(changed, whole);
        }, iter: 2000);
    }

    [Fact]
    public void Any_bytes_are_read_without_harm()
    {
        byte[] whole = Sample();
        Gen.Byte.Array[0, 400].Sample(bytes => AssertHarmless([.. whole[..24], .. bytes], whole), iter: 2000);
    }

    public void Dispose() => Directory.Delete(_state, recursive: true);

    private static DomainName Of(string name) => DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes(name));

    private static Address At(string text) => PacketBuilder.At(text);

    private byte[] Sample()
    {
        (BindingBook book, BindingFile file) = Begun();
        book.TryBind(book.KeyOf("coder"), Name, At("203.0.113.10"), TimeSpan.FromMinutes(20), [Alias], out _);
        book.TryBind(book.KeyOf("other"), Alias, At("2001:db8::1"), TimeSpan.FromMinutes(30), [], out _);
        file.Dispose();
        return File.ReadAllBytes(FilePath);
    }

    private void AssertHarmless(byte[] bytes, byte[] written)
    {
        BindingFile reader = Make(Boot);
        var good = reader.Read(written, out _, out _).Select(Told).ToHashSet();
        IReadOnlyCollection<BindingRecord> read = reader.Read(bytes, out _, out string problem);
        Assert.True(read.All(record => good.Contains(Told(record))), "a binding that nobody wrote");
        Assert.True(read.Count == good.Count || problem.Length > 0 || bytes.Length < written.Length, "something was left out in silence");
    }

    private static string Told(BindingRecord record) => $"{record.Agent} {record.Address} {record.Name} {string.Join(',', record.Via)} {record.EndBootMs} {record.EndWallMs} {record.LifeMs}";

    private void Write(string address, TimeSpan life)
    {
        (BindingBook book, BindingFile file) = Begun();
        Assert.True(book.TryBind(book.KeyOf("coder"), Name, At(address), life, [Alias], out _));
        file.Dispose();
    }

    private (BindingBook Book, BindingFile File) Begun()
    {
        var book = new BindingBook(new BindingLimits(), _time);
        BindingFile file = Make(Boot);
        file.Begin(book);
        return (book, file);
    }

    private BindingBook Restored(byte[] boot)
    {
        var book = new BindingBook(new BindingLimits(), _time);
        using BindingFile file = Make(boot);
        file.Restore(book, _ => true);
        return book;
    }

    private BindingFile Make(byte[] boot) => new(_state, _time, NullLogger.Instance, boot, _uptime);

    private void Pass(TimeSpan time)
    {
        _time.Pass(time);
        _uptime += (long)time.TotalMilliseconds;
    }
}
