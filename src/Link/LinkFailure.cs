namespace Exeat.Link;

/// <summary>Ends the program with a status and one line that says what is wrong and what to do.</summary>
internal sealed class LinkFailure(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>2: the person's input is wrong; 3: the machine or control lacks something.</summary>
    public int Status { get; } = status;
}
