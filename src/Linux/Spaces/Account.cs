using System.Globalization;

namespace Exeat.Linux;

/// <summary>A user of this machine with its first group, as /etc/passwd has it (passwd(5)); other name sources are not asked.</summary>
public readonly record struct Account(uint User, uint Group)
{
    private const string File = "/etc/passwd";

    /// <summary>Finds a user by name or number; null when the file has none.</summary>
    public static Account? Find(string user) => Find(user, System.IO.File.ReadLines(File));

    /// <summary>The home folder of a user; null when the file has none for it.</summary>
    public static string? HomeOf(uint user) => HomeOf(user, System.IO.File.ReadLines(File));

    internal static string? HomeOf(uint user, IEnumerable<string> lines) =>
        lines.Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length >= 6 && TryNumber(fields[2], out uint id) && id == user) is { } found && found[5].StartsWith('/') ? found[5] : null;

    internal static Account? Find(string user, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            string[] fields = line.Split(':');
            if (fields.Length < 4 || (fields[0] != user && fields[2] != user)) continue;
            if (TryNumber(fields[2], out uint id) && TryNumber(fields[3], out uint group)) return new Account(id, group);
        }
        return null;
    }

    private static bool TryNumber(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
