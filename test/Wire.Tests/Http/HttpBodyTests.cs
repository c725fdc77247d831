using System.Text;

namespace Exeat.Wire.Tests.Http;

public sealed class HttpBodyTests
{
    [Theory]
    [InlineData(0, "GET", 0)]
    [InlineData(3, "abcGET", 3)]
    [InlineData(HttpHeadView.Chunked, "3\r\nabc\r\n0\r\n\r\nGET", 13)]
    [InlineData(HttpHeadView.Chunked, "00a\r\n0123456789\r\n000\r\n\r\nGET", 24)]
    public void The_end_of_a_body_is_found_however_it_is_cut(long length, string text, int end)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int step = 1; step <= bytes.Length; step++)
        {
            HttpBody body = HttpBody.After(new HttpHeadView { BodyBytes = length });
            int at = 0;
            while (!body.IsOver)
            {
                Assert.NotEqual(ReadStatus.Malformed, body.Follow(bytes.AsSpan(at, Math.Min(step, bytes.Length - at)), out int taken));
                at += taken;
            }
            Assert.Equal(end, at);
        }
    }

    [Fact]
    public void One_empty_line_is_passed_over_behind_a_body_and_none_before_the_first_request()
    {
        HttpBody body = default;
        Assert.Equal(ReadStatus.Malformed, body.PassEmptyLine("\r\n"u8));
        body = HttpBody.After(new HttpHeadView { BodyBytes = 1 });
        Assert.Equal(ReadStatus.Malformed, body.PassEmptyLine("\r\n"u8));
        Assert.Equal(ReadStatus.Found, body.Follow("x"u8, out _));
        Assert.Equal(ReadStatus.NeedMore, body.PassEmptyLine("\r"u8));
        Assert.Equal(ReadStatus.Malformed, body.PassEmptyLine("\rG"u8));
        Assert.Equal(ReadStatus.Malformed, body.PassEmptyLine("\n"u8));
        Assert.Equal(ReadStatus.Found, body.PassEmptyLine("\r\nGET"u8));
        Assert.Equal(ReadStatus.Malformed, body.PassEmptyLine("\r\n"u8));
    }

    [Theory]
    [InlineData("\r\n", 0)]
    [InlineData("3\nabc", 1)]
    [InlineData("3;x\r\nabc", 1)]
    [InlineData("3 \r\nabc", 1)]
    [InlineData("0x3\r\nabc", 1)]
    [InlineData("-3\r\nabc", 0)]
    [InlineData("3\r\nabcd", 6)]
    [InlineData("3\r\nabc\n0\r\n", 6)]
    [InlineData("0\r\nX: y\r\n\r\n", 3)]
    [InlineData("1000000000000000\r\n", 15)]
    public void Framing_that_servers_read_differently_is_malformed_at_its_first_byte(string text, int well)
    {
        HttpBody body = HttpBody.After(new HttpHeadView { BodyBytes = HttpHeadView.Chunked });
        Assert.Equal(ReadStatus.Malformed, body.Follow(Encoding.ASCII.GetBytes(text), out int taken));
        Assert.Equal(well, taken);
    }
}
