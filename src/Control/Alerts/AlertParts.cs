using Exeat.Api.Control;
using Exeat.Control.Export;

namespace Exeat.Control.Alerts;

/// <summary>What raising and sending alerts needs.</summary>
internal static class AlertParts
{
    private static readonly TimeSpan DeliveryRest = TimeSpan.FromSeconds(1), TidyRest = TimeSpan.FromHours(1);

    public static void Add(IServiceCollection parts)
    {
        parts.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AlertsJson.Default));
        parts.AddSingleton<Dialer>().AddSingleton<AlertDesk>().AddSingleton<AlertChannels>().AddSingleton<AlertSender>().AddSingleton<AlertDelivery>();
        Rounds.Add(parts, "sending alerts", DeliveryRest, got => async cancel => await got.GetRequiredService<AlertDelivery>().RunOnceAsync(cancel) < 0);
        Rounds.Add(parts, "tidying alerts", TidyRest, got => cancel =>
        {
            got.GetRequiredService<AlertDesk>().Tidy();
            return Task.FromResult(false);
        });
    }
}
