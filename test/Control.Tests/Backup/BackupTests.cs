using System.Net;
using System.Net.Http.Json;
using System.Text;
using Exeat.Api.Control;
using Exeat.Control.Backup;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Store;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Backup;

public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_of_a_running_control_restored_elsewhere_is_the_same_control()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = await control.AdminAsync();
        string secret = control.Token("operator");
        await File.WriteAllTextAsync(Path.Combine(control.Folder, "tls", "another.key"), "an authority's key");
        using var place = new Place();
        BackupWriter.Write(control.Folder, place.File, control.Time);
        Assert.Equal(PrivateFile.Mode, File.GetUnixFileMode(place.File));
        // What came after is not in it.
        string late = control.Token("admin");

        BackupReader.Restore(place.File, place.Folder, control.Time);
        Assert.False(File.Exists(Path.Combine(place.Folder, "first-login.txt")));
        Assert.Equal("an authority's key", await File.ReadAllTextAsync(Path.Combine(place.Folder, "tls", "another.key")));
        Assert.Equal(PrivateFile.Mode, File.GetUnixFileMode(Path.Combine(place.Folder, "tls", "people.key")));
        await using ControlFixture second = await ControlFixture.StartAsync(document => document with { DataFolder = place.Folder });
        Assert.Equal(control.Fingerprint, second.Fingerprint);
        Assert.Equal(HttpStatusCode.OK, (await second.With(secret).GetAsync("api/v1/status")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.With(late).GetAsync("api/v1/status")).StatusCode);
        await second.LoginAsync("admin", "four dogs and a hat");
        HttpClient auditor = second.WithRoles("auditor");
        Assert.Null((await (await auditor.PostAsync("api/v1/audit/check", null)).Content.ReadFromJsonAsync(ControlJson.Default.AuditCheck))!.Broken);
        Page<AuditEntry> backups = (await auditor.GetFromJsonAsync("api/v1/audit?action=backup", ControlJson.Default.PageAuditEntry))!;
        Assert.Equal(["backup.restore", "backup.create"], backups.Items.Select(entry => entry.Action));
    }

    [Fact]
    public async Task Every_damage_is_seen_and_leaves_the_folder_empty()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using var place = new Place();
        BackupWriter.Write(control.Folder, place.File, control.Time);
        byte[] whole = await File.ReadAllBytesAsync(place.File);
        List<byte[]> damages = [[], whole[..511], whole[..(whole.Length / 2)], whole[..^2048]];
        // One bit in each piece of the content: heads of entries, the database, keys, checksums.
        for (int at = 100; at < whole.Length - 2048; at += whole.Length / 20)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 4;
            damages.Add(damaged);
        }
        int seen = 0;
        foreach (byte[] damaged in damages)
        {
            await File.WriteAllBytesAsync(place.File, damaged);
            try
            {
                BackupReader.Restore(place.File, place.Folder, control.Time);
                // A bit in the padding between entries changes nothing: then all that was restored is as it was.
                Assert.True(File.Exists(Path.Combine(place.Folder, Database.FileName)));
                SqliteConnection.ClearAllPools();
                Directory.Delete(place.Folder, recursive: true);
            }
            catch (ControlFailure refused)
            {
                Assert.Contains("backup", refused.Message, StringComparison.Ordinal);
                Assert.Empty(Directory.EnumerateFileSystemEntries(place.Folder).Select(Path.GetFileName).Except(["lock"]));
                seen++;
            }
        }
        Assert.True(seen > damages.Count * 3 / 4, $"{seen} of {damages.Count} damages were seen");
    }

    [Fact]
    public async Task It_is_restored_onto_an_empty_folder_only_and_written_over_nothing()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using var place = new Place();
        BackupWriter.Write(control.Folder, place.File, control.Time);
        Assert.Contains("overwrites nothing", Assert.Throws<ControlFailure>(() => BackupWriter.Write(control.Folder, place.File, control.Time)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(place.Folder);
        await File.WriteAllTextAsync(Path.Combine(place.Folder, "mine"), "x");
        Assert.Contains("is not empty", Assert.Throws<ControlFailure>(() => BackupReader.Restore(place.File, place.Folder, control.Time)).Message, StringComparison.Ordinal);
        Assert.Contains("another exeat-control", Assert.Throws<ControlFailure>(() => BackupReader.Restore(place.File, control.Folder, control.Time)).Message, StringComparison.Ordinal);
        Assert.Equal(["lock", "mine"], Directory.EnumerateFileSystemEntries(place.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Flows_taken_while_it_is_written_are_whole_in_it()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using var place = new Place();
        string flows = Path.Combine(control.Folder, BackupForm.Flows);
        Directory.CreateDirectory(flows);
        // The store of a running control, or one of the test's own when it has none yet.
        FlowStore? own = control.Host.Parts.GetService(typeof(FlowStore)) is FlowStore running ? null : FlowStore.Open(new StoreOptions { Dir = flows, ConvertEvents = 50, ShowEvery = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);
        FlowStore store = own ?? (FlowStore)control.Host.Parts.GetService(typeof(FlowStore))!;
        int sent = 0;
        using var stop = new CancellationTokenSource();
        Task sending = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested && sent < 2_000)
            {
                store.Append("gw-1", Encoding.UTF8.GetBytes(Line(sent)), control.Time.GetUtcNow());
                Interlocked.Increment(ref sent);
            }
        });
        while (Volatile.Read(ref sent) < 20) await Task.Yield();
        int before = Volatile.Read(ref sent);
        BackupWriter.Write(control.Folder, place.File, control.Time);
        await stop.CancelAsync();
        await sending;
        if (own is not null) await own.DisposeAsync();

        BackupReader.Restore(place.File, place.Folder, control.Time);
        await using FlowStore restored = FlowStore.Open(new StoreOptions { Dir = Path.Combine(place.Folder, BackupForm.Flows) }, TimeProvider.System);
        Assert.InRange(restored.Status.Events, before, sent);
    }

    private static string Line(int n) => $$"""{"v":1,"id":"gw-1/1/{{n}}","flow":"{{Guid.CreateVersion7()}}","event":"decision","time":"2027-01-04T09:00:00.000000Z","gateway":"gw-1","agent":"coding-1","class":"coding","src":"192.0.2.2","srcPort":40001,"dst":"203.0.113.5","protocol":"tcp","port":443,"stage":"hello","rule":"allow","reason":"permitted-by-rule","verdict":"permit","mode":"enforce","enforced":true}""" + "\n";

    private sealed class Place : IDisposable
    {
        private readonly string _path = ControlFixture.NewFolder();

        public string File => Path.Combine(_path, "control.backup");

        public string Folder => Path.Combine(_path, "data");

        public void Dispose()
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(_path, recursive: true);
        }
    }
}
