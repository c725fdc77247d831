using System.Reflection;

namespace Exeat.Api;

/// <summary>What this product is called where people read it. Formats and kernel objects have identifiers of their own, which never change with the name.</summary>
public static class Product
{
    /// <summary>The product's name.</summary>
    public const string Name = "Exeat";

    /// <summary>The version it was built as.</summary>
    public static string Version { get; } = typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
