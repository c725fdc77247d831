using Exeat.Control.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Control.Tests.Export;

/// <summary>Control's database in a folder of its own, with a clock that stands until it is moved.</summary>
internal sealed class TempDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-control-").FullName;

    public TempDatabase()
    {
        Database = Database.At(_folder, Time);
        Audit = new AuditLog(Time);
    }

    public FakeTimeProvider Time { get; } = new(Records.Noon);

    public Database Database { get; private set; }

    public AuditLog Audit { get; }

    /// <summary>As after a restart of control.</summary>
    public void Reopen()
    {
        Database.Dispose();
        Database = Database.At(_folder, Time);
    }

    public void Dispose()
    {
        Database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
