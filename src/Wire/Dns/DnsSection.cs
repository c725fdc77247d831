namespace Exeat.Wire.Dns;

/// <summary>Where in a message a record lies.</summary>
public enum DnsSection : byte
{
    /// <summary>Records that answer the question.</summary>
    Answer = 0,

    /// <summary>Who is responsible.</summary>
    Authority = 1,

    /// <summary>Everything else, also EDNS.</summary>
    Additional = 2,
}
