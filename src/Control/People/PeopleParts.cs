using Exeat.Policy;

namespace Exeat.Control.People;

/// <summary>What people's area needs.</summary>
internal static class PeopleParts
{
    public static void Add(IServiceCollection parts)
    {
        parts.AddSingleton<Accounts>();
        parts.AddSingleton<Credentials>();
        parts.AddSingleton(got => new LoginThrottle(got.GetRequiredService<TimeProvider>(), got.GetRequiredService<ControlLimits>().LoginsPerMinute));
    }
}
