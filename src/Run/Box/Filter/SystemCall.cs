namespace Exeat.Run.Box.Filter;

/// <summary>A system call by its name and its number on each machine; null where the machine has none of that name.</summary>
internal readonly record struct SystemCall(string Name, int? X64, int? Arm64)
{
    public int? On(Machine machine) => machine == Machine.Arm64 ? Arm64 : X64;
}
