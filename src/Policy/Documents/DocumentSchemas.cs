namespace Exeat.Policy;

/// <summary>The published JSON Schemas, for editors that complete and check while typing.</summary>
public static class DocumentSchemas
{
    /// <summary>The schema of a kind of document.</summary>
    public static string Text(DocumentKind kind)
    {
        string name = kind.ToString().ToLowerInvariant() + ".schema.json";
        using Stream stream = typeof(DocumentSchemas).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the resource {name} is missing");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
