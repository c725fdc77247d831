using System.Globalization;

namespace Exeat.Store;

/// <summary>Where a page ended: the moment and the unit, which nothing that arrives meanwhile moves.</summary>
internal static class PageCursor
{
    public static string Write(long began, Guid unit) => string.Create(CultureInfo.InvariantCulture, $"{began}-{unit:N}");

    public static (long Began, Guid Unit) Read(string text)
    {
        int dash = text.LastIndexOf('-');
        if (dash > 0 && long.TryParse(text.AsSpan(0, dash), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long began) && Guid.TryParseExact(text.AsSpan(dash + 1), "N", out Guid unit))
            return (began, unit);
        throw new FlowFilterException("cursor", "is none that this store gave", "begin without a cursor");
    }
}
