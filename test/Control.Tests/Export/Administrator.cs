using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Export;

/// <summary>The first account, as one whose password is its own.</summary>
internal static class Administrator
{
    public static async Task<HttpClient> ClientAsync(ControlFixture control)
    {
        string password = control.FirstPassword;
        control.Host.Parts.GetRequiredService<Database>().Change(change => change.Run("UPDATE users SET must_change = 0"));
        Session session = await control.LoginAsync("admin", password);
        return control.With(session.Token);
    }
}
