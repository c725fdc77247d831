using System.Text;

namespace Exeat.Linux;

/// <summary>Collects changes of links, addresses and routes, and makes them in order with one <c>ip -batch</c>.</summary>
public sealed class IpBatch
{
    private readonly StringBuilder _commands = new();

    /// <summary>Makes a pair of virtual Ethernet links, each in a named network namespace (null: this one).</summary>
    public IpBatch VethPair(string name, string? space, string peer, string? peerSpace) =>
        Command($"link add {name}{In(space)} type veth peer name {peer}{In(peerSpace)}");

    /// <summary>Gives a link an address such as <c>192.0.2.1/24</c>; IPv6 ones are usable at once (no duplicate detection).</summary>
    public IpBatch Address(string link, string prefix) =>
        Command($"address add {prefix} dev {link}{(prefix.Contains(':', StringComparison.Ordinal) ? " nodad" : "")}");

    /// <summary>Takes a link up.</summary>
    public IpBatch Up(string link) => Command($"link set {link} up");

    /// <summary>Sets a link's hardware address.</summary>
    public IpBatch HardwareAddress(string link, string address) => Command($"link set {link} address {address}");

    /// <summary>Adds a route such as <c>default</c> or <c>198.51.100.0/24</c> by way of an address.</summary>
    public IpBatch Route(string prefix, string via) =>
        Command($"route add {prefix} via {via}");

    /// <summary>Any other command of <c>ip</c>, without the word <c>ip</c>.</summary>
    public IpBatch Command(string command)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(command);
        if (command.Contains('\n', StringComparison.Ordinal)) throw new ArgumentException("one line is one command", nameof(command));
        _commands.Append(command).Append('\n');
        return this;
    }

    /// <summary>Makes the changes in a named network namespace (null: this one); stops at the first that is refused.</summary>
    public void Run(string? space = null)
    {
        if (space is not null && Namespaces.IsFile(space)) ExternalTool.Run("nsenter", [$"--net={space}", "--", ToolPath.Of("ip"), "-batch", "-"], _commands.ToString());
        else ExternalTool.Run("ip", space is null ? ["-batch", "-"] : ["-n", space, "-batch", "-"], _commands.ToString());
        _commands.Clear();
    }

    /// <summary>The commands collected so far.</summary>
    public override string ToString() => _commands.ToString();

    private static string In(string? space) => space is null ? "" : $" netns {space}";
}
