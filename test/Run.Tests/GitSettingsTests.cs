using Exeat.Run.Box.Folder;

namespace Exeat.Run.Tests;

public sealed class GitSettingsTests
{
    [Theory]
    [InlineData("[core]\n\thooksPath = .githooks\n", "core.hookspath=.githooks")]
    [InlineData("[Core] HooksPath=a b # c\n", "core.hookspath=a b")]
    [InlineData("[include]path = \"a;b\"  ; c\npath=\\\"x\\\"\n", "include.path=a;b include.path=\"x\"")]
    [InlineData("[includeIf \"gitdir:~/a]b\\\"\"]\n path = x\\\ny\n", "includeif.path=xy")]
    [InlineData("[a.b]c=d\r\n[e]\r\n  f = g\r\n", "a.c=d e.f=g")]
    [InlineData("# [core]\n; x = y\n[core]\nbare\nx = \n= y\n\u0001\n-a=b\nz=1", "core.x= core.z=1")]
    [InlineData("[core", "")]
    [InlineData("[core]\nx = \"a", "core.x=a")]
    [InlineData("[core]\nx = a\\", "core.x=a")]
    public void Settings_are_read_as_Git_reads_them(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', GitSettings.In(text).Select(setting => $"{setting.Section}.{setting.Name}={setting.Value}")));
}
