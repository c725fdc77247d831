using Exeat.Names;

namespace Exeat.Gateway.Bindings;

/// <summary>The names bound to one address for one agent. Immutable, so that the packet thread reads without a lock; the arrays run in parallel.</summary>
internal sealed class BoundNames
{
    private readonly DomainName[] _names;
    private readonly Binding[] _bindings;
    private readonly long _firstEnd;

    private BoundNames(Binding[] bindings)
    {
        _bindings = bindings;
        _names = [.. bindings.Select(b => b.Name)];
        _firstEnd = bindings.Min(b => b.End);
    }

    public ReadOnlySpan<Binding> Bindings => _bindings;

    public static BoundNames Of(Binding binding) => new([binding]);

    /// <summary>The names that live at this moment. Allocates only between the end of a binding and the next sweep.</summary>
    public DomainName[] Live(long now) => now < _firstEnd ? _names : Filtered(now);

    public Binding? Find(DomainName name)
    {
        foreach (Binding binding in _bindings)
            if (binding.Name.Equals(name)) return binding;
        return null;
    }

    /// <summary>The same with one binding put in the place of another, or behind the last.</summary>
    public BoundNames With(Binding binding, Binding? instead) =>
        new(instead is null ? [.. _bindings, binding] : [.. _bindings.Select(b => ReferenceEquals(b, instead) ? binding : b)]);

    /// <summary>The same without the bindings that <paramref name="goes"/> names; null when none stays.</summary>
    public BoundNames? Without(Func<Binding, bool> goes)
    {
        Binding[] stay = [.. _bindings.Where(b => !goes(b))];
        return stay.Length == 0 ? null : stay.Length == _bindings.Length ? this : new BoundNames(stay);
    }

    // By itself: a closure is allocated where the method begins that holds the lambda.
    private DomainName[] Filtered(long now) => [.. _bindings.Where(b => now < b.End).Select(b => b.Name)];
}
