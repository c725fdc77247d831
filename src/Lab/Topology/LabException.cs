namespace Exeat.Lab.Topology;

/// <summary>The environment lacks something the lab needs, or refused it. The message says what and what to do.</summary>
public sealed class LabException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public LabException()
    {
    }

    /// <summary>Makes one with its message.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with its message and cause.</summary>
    public LabException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
