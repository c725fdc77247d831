using System.Diagnostics;
using Exeat.Control.Storage;
using Exeat.Control.Tests.Policies;

namespace Exeat.Control.Tests.People;

/// <summary><c>exeat login</c>, <c>whoami</c>, <c>logout</c> and <c>control users</c> as a person meets them, at a terminal and in a pipe, against a real control with a certificate of its own.</summary>
public sealed class LoginCommandTests : IDisposable
{
    private const string Own = "four dogs and a hat";

    private readonly string _home = ControlFixture.NewFolder();

    private string SavedFile => Path.Combine(_home, "exeat", "login.json");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_first_login_shows_the_key_pins_it_changes_the_password_and_shows_none()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        string first = control.FirstPassword, address = control.Host.Addresses[0].ToString();
        using (TypedCommand login = Type($"login {address}"))
        {
            await login.AnswerAsync("is it the same? (yes/no): ", "yes");
            await login.AnswerAsync("account: ", "admin");
            // With a mistake that is taken back, and an arrow.
            await login.AnswerAsync("password: ", first[..4] + "x\u007f\u001b[D" + first[4..]);
            await login.AnswerAsync("new password: ", Own);
            await login.AnswerAsync("once more: ", Own);
            Assert.True(await login.EndAsync() == 0, login.Screen);
            Assert.Contains(control.Fingerprint, login.Screen, StringComparison.Ordinal);
            Assert.Contains("logged in to", login.Screen, StringComparison.Ordinal);
            Assert.DoesNotContain(first[..4], login.Screen, StringComparison.Ordinal);
            Assert.DoesNotContain(Own[..4], login.Screen, StringComparison.Ordinal);
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SavedFile));
        Assert.DoesNotContain(Own, File.ReadAllText(SavedFile), StringComparison.Ordinal);
        Assert.Contains("admin (", (await RunAsync("whoami")).Said, StringComparison.Ordinal);

        // Pinned: the key is not asked for again. A wrong password is refused, and the login before stays.
        using (TypedCommand wrong = Type($"login {address} --user admin"))
        {
            await wrong.AnswerAsync("password: ", "four dogs and a cat");
            Assert.Equal(3, await wrong.EndAsync());
            Assert.Contains("control refuses: ", wrong.Screen, StringComparison.Ordinal);
            Assert.DoesNotContain("is it the same?", wrong.Screen, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await RunAsync("whoami")).Status);

        Assert.Equal(0, (await RunAsync("logout")).Status);
        Assert.False(File.Exists(SavedFile));
        (int status, string said) = await RunAsync("whoami");
        Assert.Equal(3, status);
        Assert.Contains("there is no login: exeat login URL", said, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("logout")).Status);
    }

    [Fact]
    public async Task A_key_that_is_not_the_same_and_two_passwords_that_differ_change_nothing()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        string address = control.Host.Addresses[0].ToString();
        using (TypedCommand stranger = Type($"login {address} --user admin"))
        {
            await stranger.AnswerAsync("is it the same? (yes/no): ", "no");
            Assert.Equal(2, await stranger.EndAsync());
            Assert.Contains("nothing was sent", stranger.Screen, StringComparison.Ordinal);
        }
        using (TypedCommand unsure = Type($"login {address} --user admin --fingerprint {control.Fingerprint}"))
        {
            await unsure.AnswerAsync("password: ", control.FirstPassword);
            await unsure.AnswerAsync("new password: ", Own);
            await unsure.AnswerAsync("once more: ", Own + "!");
            Assert.Equal(2, await unsure.EndAsync());
            Assert.Contains("nothing was changed", unsure.Screen, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(SavedFile));
        Assert.NotEmpty((await control.LoginAsync("admin", control.FirstPassword)).Token);
    }

    [Fact]
    public async Task In_a_pipe_it_says_what_to_give_and_takes_it()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        await control.AdminAsync(Own);
        string address = control.Host.Addresses[0].ToString();
        (int status, string said) = await RunAsync($"login {address} --user admin --password-stdin", Own);
        Assert.Equal((2, true), (status, said.Contains("give it with --fingerprint, or its authority with --ca", StringComparison.Ordinal)));
        (status, said) = await RunAsync($"login {address} --fingerprint {control.Fingerprint} --password-stdin", Own);
        Assert.Equal((2, true), (status, said.Contains("name the account with --user", StringComparison.Ordinal)));
        (status, said) = await RunAsync($"login {address} --user admin --fingerprint {control.Fingerprint}", Own);
        Assert.Equal((2, true), (status, said.Contains("--password-stdin reads it from standard input", StringComparison.Ordinal)));
        (status, said) = await RunAsync($"login {address} --user admin --fingerprint 00 --password-stdin", Own);
        Assert.Equal((2, true), (status, said.Contains("not 64 hexadecimal digits", StringComparison.Ordinal)));
        (status, said) = await RunAsync($"login {address} --user admin --fingerprint {control.Fingerprint} --password-stdin", Own);
        Assert.True(status == 0, said);
        Assert.Equal(0, (await RunAsync("whoami")).Status);
    }

    [Fact]
    public async Task Another_key_is_refused_with_what_to_do_and_a_control_that_is_away_is_said()
    {
        await using ControlFixture control = await ControlFixture.StartAsync(), other = await ControlFixture.StartAsync();
        await control.AdminAsync(Own);
        await other.AdminAsync(Own);
        string address = control.Host.Addresses[0].ToString(), elsewhere = other.Host.Addresses[0].ToString();
        Assert.Equal(0, (await RunAsync($"login {address} --user admin --fingerprint {control.Fingerprint} --password-stdin", Own)).Status);
        // As if another key answered where the pinned one was.
        File.WriteAllText(SavedFile, File.ReadAllText(SavedFile).Replace(address, elsewhere, StringComparison.Ordinal));
        foreach (string verb in (string[])["whoami", $"login {elsewhere} --user admin --password-stdin"])
        {
            (int refused, string why) = await RunAsync(verb, Own);
            Assert.Equal(3, refused);
            Assert.Contains($"exeat login {elsewhere} --fingerprint HEX takes it", why, StringComparison.Ordinal);
        }
        (int status, string said) = await RunAsync($"login {elsewhere} --user admin --fingerprint {other.Fingerprint} --password-stdin", Own);
        Assert.True(status == 0, said);
        Assert.Equal(0, (await RunAsync("whoami")).Status);

        // A token of the environment goes before the login, with its own fingerprint.
        string token = control.Token("viewer");
        (string, string)[] environment = [("EXEAT_CONTROL", address), ("EXEAT_CONTROL_TOKEN", token), ("EXEAT_CONTROL_FINGERPRINT", control.Fingerprint)];
        (status, said) = await RunAsync("whoami", "", environment);
        Assert.True(status == 0 && said.Contains(address, StringComparison.Ordinal), said);
        Assert.Equal(3, (await RunAsync("whoami", "", environment[..2])).Status);
        (status, said) = await RunAsync("whoami", "", environment[1]);
        Assert.Equal((2, true), (status, said.Contains("$EXEAT_CONTROL is not", StringComparison.Ordinal)));

        await other.Host.DisposeAsync();
        (status, said) = await RunAsync("whoami");
        Assert.Equal((3, true), (status, said.Contains("cannot be asked", StringComparison.Ordinal)));
        // Logged out here even so.
        (status, said) = await RunAsync("logout");
        Assert.Equal((3, true), (status, said.Contains("cannot be asked", StringComparison.Ordinal)));
        Assert.Contains("logged out here, but the session at control could not be ended: it ends by itself, at the latest at 2027-01-04 21:00 UTC", said, StringComparison.Ordinal);
        Assert.False(File.Exists(SavedFile));
        // Nor does a file that nobody can read keep one logged in.
        foreach (string broken in (string[])["{", "{}"])
        {
            File.WriteAllText(SavedFile, broken);
            Assert.Equal(0, (await RunAsync("logout")).Status);
            Assert.False(File.Exists(SavedFile));
        }
        await other.RestartedAsync();
    }

    [Fact]
    public async Task An_account_is_confirmed_by_another_approver_and_not_by_whoever_has_it_in_hand()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        (string, string)[] With(string secret) => [("EXEAT_CONTROL", control.Host.Addresses[0].ToString()), ("EXEAT_CONTROL_TOKEN", secret), ("EXEAT_CONTROL_FINGERPRINT", control.Fingerprint)];
        (string, string)[] anna = With(PolicyPeople.Session(control, "anna", "admin,approver")), dora = With(PolicyPeople.Session(control, "dora", "approver"));
        Assert.Equal(0, (await RunAsync("control users add berta --role approver", "", anna)).Status);
        (int status, string said) = await RunAsync("control users confirm berta", "", dora);
        Assert.True(status == 2 && said.Contains("control refuses: berta has a one-time password, which whoever made it knows", StringComparison.Ordinal), said);
        PolicyPeople.Database(control).Change(change => change.Run("UPDATE users SET must_change = 0"));
        Assert.Contains("berta  viewer,approver  enabled  0 sessions  last login never  not confirmed (user:anna)", (await RunAsync("control users list", "", anna)).Said, StringComparison.Ordinal);

        (status, said) = await RunAsync("control users confirm berta", "", anna);
        Assert.True(status == 3 && said.Contains("control refuses: user:anna has had user:berta in hand", StringComparison.Ordinal), said);
        Assert.Contains("exeat-control confirm berta", said, StringComparison.Ordinal);
        (status, said) = await RunAsync("control users confirm berta", "", dora);
        Assert.Equal((0, "berta  viewer,approver  enabled  0 sessions  last login never\n"), (status, said));
        (status, said) = await RunAsync("control users confirm berta --json", "", dora);
        Assert.True(status == 0 && said.Contains("\"inHandsOf\":[]", StringComparison.Ordinal), said);
        Assert.NotEqual(0, (await RunAsync("control users confirm nobody", "", dora)).Status);
        Assert.Equal(2, (await RunAsync("control users confirm", "", dora)).Status);
    }

    private TypedCommand Type(string arguments) => TypedCommand.Start($"{TypedCommand.Exeat} {arguments}", _home);

    private async Task<(int Status, string Said)> RunAsync(string arguments, string input = "", params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"exec {TypedCommand.Exeat} {arguments}"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string variable in (string[])["EXEAT_CONTROL", "EXEAT_CONTROL_TOKEN", "EXEAT_CONTROL_FINGERPRINT", "EXEAT_COMMAND"]) start.Environment.Remove(variable);
        start.Environment["XDG_CONFIG_HOME"] = _home;
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(input);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
