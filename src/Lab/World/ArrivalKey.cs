namespace Exeat.Lab.World;

/// <summary>What packets are counted by: from where, to where, protocol number and destination port (0 where there is none).</summary>
internal readonly record struct ArrivalKey(string Source, string Destination, byte Protocol, int Port);
