namespace Exeat.Linux;

/// <summary>What is done with each entry of a dump.</summary>
public delegate void ConntrackVisitor(in ConntrackEvent entry);
