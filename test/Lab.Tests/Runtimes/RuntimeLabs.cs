using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Runtimes;

/// <summary>Both labs of a runtime, if there is a runtime.</summary>
public sealed class RuntimeLabs : IAsyncLifetime
{
    private PlainRuntimeLab? _plain;
    private GuardedRuntimeLab? _guarded;

    internal PlainRuntimeLab Plain => _plain ?? throw new InvalidOperationException("the lab was not built");

    internal GuardedRuntimeLab Guarded => _guarded ?? throw new InvalidOperationException("the lab was not built");

    public async ValueTask InitializeAsync()
    {
        if (OpenClaw.WhyNot() is not null) return;
        (_plain, _guarded) = (new PlainRuntimeLab(), new GuardedRuntimeLab());
        foreach (LabFixture lab in (LabFixture[])[_plain, _guarded]) await lab.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LabFixture? lab in (LabFixture?[])[_plain, _guarded])
        {
            if (lab is not null) await lab.DisposeAsync();
        }
    }
}
