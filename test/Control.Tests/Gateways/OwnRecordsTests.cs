using System.Text;
using CsCheck;
using Exeat.Control.Gateways.Door;

namespace Exeat.Control.Tests.Gateways;

/// <summary>A gateway writes its own history only.</summary>
public sealed class OwnRecordsTests
{
    private const string Own = """{"v":1,"id":"gw-1/1/7","event":"decision","gateway":"gw-1","labels":{"gateway":"gw-2","id":"x"}}""";

    [Theory]
    [InlineData("""{"v":1,"id":"gw-2/1/7","gateway":"gw-1"}""")]
    [InlineData("""{"v":1,"id":"gw-1/1/7","gateway":"gw-2"}""")]
    [InlineData("""{"v":1,"id":"gw-11/1/7","gateway":"gw-1"}""")]
    [InlineData("""{"v":1,"id":"gw-1","gateway":"gw-1"}""")]
    [InlineData("""{"v":1,"id":"gw-1/1/7","gateway":"gw-1","gateway":"gw-2"}""")]
    [InlineData("""{"v":1,"id":"gw-2/1/7","id":"gw-1/1/7"}""")]
    [InlineData("""{"v":1,"id":"gw-1/1/7","\u0069d":"gw-2/1/7"}""")]
    [InlineData("""{"v":1,"id":["gw-1/1/7"]}""")]
    [InlineData("""{"v":1,"id":"gw-1/1/7","gateway":null}""")]
    [InlineData("""{"v":1,"id":"gw-1/1/7","\u0067ateway":"gw-\u0032"}""")]
    public void A_line_that_says_it_is_anothers_is_taken_out(string foreign)
    {
        (string kept, long count) = Keep($"{Own}\n{foreign}\n{Own}\n");
        Assert.Equal($"{Own}\n{Own}\n", kept);
        Assert.Equal(1, count);
    }

    [Fact]
    public void What_is_no_record_is_left_for_the_store_to_count()
    {
        string lines = $"no json\n{Own}\n\n[1]\n{{\"id\":\n{Own}";
        Assert.Equal((lines, 0), Keep(lines));
    }

    [Fact]
    public void No_bytes_make_it_throw_or_keep_more_than_came() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        byte[] lines = [.. bytes];
        Assert.InRange(OwnRecords.Keep(lines, "gw-1", out long foreign), 0, bytes.Length);
        Assert.InRange(foreign, 0, bytes.Length);
    });

    private static (string, long) Keep(string lines)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(lines);
        int kept = OwnRecords.Keep(bytes, "gw-1", out long foreign);
        return (Encoding.UTF8.GetString(bytes, 0, kept), foreign);
    }
}
