using Exeat.Names;

namespace Exeat.Gateway.Bindings;

/// <summary>What a successful binding changed, so that it can be withdrawn if its record cannot be written.</summary>
/// <param name="Agent">The agent's key in the book.</param>
/// <param name="Address">The bound address.</param>
/// <param name="Made">The binding in force since.</param>
/// <param name="Before">The binding in force before; null when the name is new.</param>
public readonly record struct BindingReceipt(int Agent, Address Address, Binding Made, Binding? Before);
