using System.Globalization;
using Exeat.Linux;
using Exeat.Run.Box;
using Exeat.Run.Network;

namespace Exeat.Cli;

/// <summary>Whom a contained command is: the person who asked, and never root of this machine.</summary>
internal static class RunUser
{
    public static BoxUser Choose(string? asked, string folder)
    {
        (uint user, uint group) = RunGround.Caller;
        if (!RunGround.IsRealRoot)
        {
            if (asked is not null) throw new CommandFailure(ExitCode.InputWrong, "--user is for root alone: the command is you");
            return new BoxUser(user, group, 0, 0);
        }
        Account account = Account(asked);
        if (account.User == 0) throw new CommandFailure(ExitCode.InputWrong, "--user: a contained command is never root of this machine; name an ordinary user who may write to " + folder);
        return new BoxUser(account.User, account.Group, account.User, account.Group);
    }

    private static Account Account(string? asked)
    {
        if (asked is not null) return Linux.Account.Find(asked) ?? throw new CommandFailure(ExitCode.InputWrong, $"--user: there is no user {Flows.TerminalText.Escape(asked)} in /etc/passwd");
        if (Id("SUDO_UID") is { } user && Id("SUDO_GID") is { } group) return new Account(user, group);
        throw new CommandFailure(ExitCode.InputWrong, "a contained command is never root of this machine: run it as yourself, or say whom it is to be with --user NAME");
    }

    private static uint? Id(string variable) => uint.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id > 0 ? id : null;
}
