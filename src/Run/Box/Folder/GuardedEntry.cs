namespace Exeat.Run.Box.Folder;

/// <summary>One entry of a working folder that programs outside the box would act on by themselves.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="IsFolder">A folder; otherwise a file.</param>
/// <param name="EvenIfMissing">It may not be made either: whoever would read it asks nobody first.</param>
/// <param name="Empty">What stands for a missing file, such that its readers find nothing in it.</param>
internal sealed record GuardedEntry(string Name, bool IsFolder, bool EvenIfMissing, string Empty = "");
