namespace Exeat.Link;

/// <summary>The link's own folder.</summary>
/// <remarks>
/// <code>
///   link.json          where control is, and for which gateway
///   authority.pem      control's authority: who it has signed for serving is control
///   credentials.pem    this gateway's key and certificate; for this program's user alone
///   shipped.json       how far the journal is acknowledged
///   versions/…         delivered documents, the newest few
///   current            a link to one of them: policy/, packs/, agents/ in it are what the gateway reads
/// </code>
/// </remarks>
internal sealed class LinkFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Settings => In("link.json");

    public string Authority => In("authority.pem");

    public string Credentials => In("credentials.pem");

    public string Shipped => In("shipped.json");

    public string Versions => In("versions");

    /// <summary>A folder beside, in which a link is made before it takes its place.</summary>
    public string Next => In("next");

    public string Current => In("current");

    public string CurrentPolicy => System.IO.Path.Combine(Current, "policy");

    public string CurrentPacks => System.IO.Path.Combine(Current, "packs");

    public string CurrentAgents => System.IO.Path.Combine(Current, "agents");

    /// <summary>Makes what is missing: the gateway may look in, nobody else.</summary>
    public void Create()
    {
        foreach (string folder in (string[])[Path, Versions, Next]) CreateFolder(folder);
    }

    /// <summary>A folder that this program and the gateway can look into.</summary>
    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
