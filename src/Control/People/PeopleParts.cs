using Exeat.Policy;

namespace Exeat.Control.People;

/// <summary>What people's area needs.</summary>
internal static class PeopleParts
{
    public static void Add(IServiceCollection parts)
    {
        parts.AddSingleton<IIdentitySource, LocalAccounts>().AddSingleton<FirstLogin>().AddSingleton<Accounts>().AddSingleton<Sessions>().AddSingleton<Tokens>().AddSingleton<Credentials>().AddSingleton<Admission>();
        parts.AddSingleton<FailedLogins>().AddHostedService(got => got.GetRequiredService<FailedLogins>());
        parts.AddSingleton(got => new LoginThrottle(got.GetRequiredService<TimeProvider>(), got.GetRequiredService<ControlLimits>().LoginsPerMinute));
    }
}
