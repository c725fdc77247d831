namespace Exeat.Fuzz;

/// <summary>A reader did not keep what it promises.</summary>
internal sealed class BrokenPromiseException : Exception
{
    public BrokenPromiseException()
    {
    }

    public BrokenPromiseException(string message) : base(message)
    {
    }

    public BrokenPromiseException(string message, Exception inner) : base(message, inner)
    {
    }
}
