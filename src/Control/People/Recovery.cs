using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Policy;

namespace Exeat.Control.People;

/// <summary>The way back for whoever has control's machine: its data folder is the proof. It works while control runs.</summary>
internal static class Recovery
{
    /// <exception cref="ControlFailure">There is no database, or the name is none.</exception>
    public static Task<OneTimePassword> RunAsync(ControlDocument control, string account, TimeProvider time, PasswordHash? passwords = null) =>
        WithAsync(control, time, passwords, accounts => accounts.RecoverAsync(account, CancellationToken.None));

    /// <summary>Says that an account is its owner's alone: for the first approver, whom nobody else can confirm.</summary>
    /// <exception cref="ControlFailure">There is no database, or no such account.</exception>
    public static Task<User> ConfirmAsync(ControlDocument control, string account, TimeProvider time) => WithAsync(control, time, null, accounts => Task.FromResult(accounts.Confirm(Actor.Control, account)));

    private static async Task<T> WithAsync<T>(ControlDocument control, TimeProvider time, PasswordHash? passwords, Func<Accounts, Task<T>> act)
    {
        // A wrong path must not make a second control.
        if (!File.Exists(Path.Combine(control.DataFolder, Database.FileName))) throw new ControlFailure(2, $"{control.DataFolder} has no {Database.FileName}: name the control document of the control that is locked");
        try
        {
            using Database database = Database.At(control.DataFolder, time);
            using PasswordHash own = passwords ?? new PasswordHash();
            return await act(new Accounts(database, new AuditLog(time), own, new FirstLogin(control), time));
        }
        catch (Refused refused)
        {
            throw new ControlFailure(2, $"{refused.Message}: {refused.Remedy}");
        }
    }
}
