using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Exeat.Control.Tests.Export;
using Exeat.Flows;
using Exeat.Store;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Flows;

/// <summary>Questions, tail, exports and metrics of a real control with a real store, by the client and by the command line.</summary>
public sealed class FlowsApiTests : IAsyncLifetime
{
    private static readonly string Hostile = "=cmd()\\u001b[31m\\r\\n\\u202e\\\"],<script>";

    private ControlFixture _control = null!;
    private HttpClient _http = null!;
    private FlowsApi _api = null!;
    private int _number;

    public async ValueTask InitializeAsync()
    {
        _control = await ControlFixture.StartAsync();
        _http = await Administrator.ClientAsync(_control);
        _api = new FlowsApi(_http);
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task Flows_are_listed_found_explained_and_counted()
    {
        Append(Line("permit", "api.example.org"), Line("deny", "evil.example", denial: "4d2pf2db"), Line("deny", Hostile));
        Page<FlowForm> all = await UntilAsync(() => _api.ListAsync(new FlowFilterForm(), 100, null, default), page => page.Items.Count == 3);
        Assert.Null(all.Next);
        FlowForm denied = Assert.Single((await _api.ListAsync(new FlowFilterForm { Names = ["evil.example"], Verdicts = ["deny"] }, 100, null, default)).Items);
        Assert.Equal(("gw-1", "coding-1", "deny"), (denied.Gateway, denied.Agent, denied.Decision));
        foreach (string id in (string[])[denied.Flow!, "4d2pf2db", denied.Event])
        {
            FlowDetail found = await _api.FindAsync(id, default);
            Assert.Equal(denied.Flow, found.Flow.Flow);
            Assert.Contains("was refused", found.Explanation.Sentence);
            Assert.Contains("evil.example", found.Explanation.Sentence);
            Assert.Equal("evil.example", Assert.Single(found.Events).GetProperty("names")[0].GetProperty("name").GetString());
        }
        // Pages go through all of them once.
        List<string?> seen = [];
        for (string? cursor = null; ;)
        {
            Page<FlowForm> page = await _api.ListAsync(new FlowFilterForm(), 1, cursor, default);
            seen.AddRange(page.Items.Select(flow => flow.Flow));
            if ((cursor = page.Next) is null) break;
        }
        Assert.Equal(3, seen.Distinct().Count());
        Assert.Equal(3, seen.Count);
        FlowGroups groups = await _api.GroupsAsync(new GroupQuestion { By = ["verdict"] }, null, TimeProvider.System, default);
        Assert.Equal([("deny", 2L), ("permit", 1L)], groups.Rows.Select(row => (row.Keys[0]!, row.Attempts)));
        Assert.Equal(404, (await Assert.ThrowsAsync<ControlRefusedException>(() => _api.FindAsync("00000000", default))).Problem.Status);
        Assert.Equal(400, (await Assert.ThrowsAsync<ControlRefusedException>(() => _api.GroupsAsync(new GroupQuestion { By = ["agent; DROP TABLE flows"] }, null, TimeProvider.System, default))).Problem.Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync("api/v1/flows?agnet=x")).StatusCode);
    }

    [Fact]
    public async Task Hostile_names_leave_by_every_export_and_break_none()
    {
        Append(Line("deny", Hostile), Line("permit", "api.example.org"));
        await UntilAsync(() => _api.ListAsync(new FlowFilterForm(), 100, null, default), page => page.Items.Count == 2);
        string csv = Encoding.UTF8.GetString(await ExportAsync("csv"));
        Assert.Equal(3, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(csv.Replace("\r\n", "", StringComparison.Ordinal), char.IsControl);
        Assert.DoesNotContain(",=cmd", csv);
        foreach (string format in (string[])["ndjson", "ocsf"])
        {
            string[] lines = Encoding.UTF8.GetString(await ExportAsync(format)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(2, lines.Length);
            Assert.All(lines, line => JsonDocument.Parse(line).Dispose());
            Assert.DoesNotContain(string.Concat(lines), char.IsControl);
        }
        byte[] parquet = await ExportAsync("parquet");
        Assert.Equal("PAR1", Encoding.ASCII.GetString(parquet[..4]));
        Assert.Equal("PAR1", Encoding.ASCII.GetString(parquet[^4..]));
        using var connection = _control.Host.Parts.GetRequiredService<Database>().Open();
        Assert.Equal(4, connection.Scalar<long>("SELECT COUNT(*) FROM audit WHERE action = 'flows.export'"));
        Assert.Equal(400, (await Assert.ThrowsAsync<ControlRefusedException>(() => ExportAsync("xlsx"))).Problem.Status);
    }

    [Fact]
    public async Task The_tail_tells_what_comes_and_ends_with_the_session()
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using IAsyncEnumerator<(byte[]? Line, long Lost)> tail = _api.TailAsync(new FlowFilterForm { Agents = ["coding-1"] }, enough.Token).GetAsyncEnumerator(enough.Token);
        Task<bool> next = tail.MoveNextAsync().AsTask();
        for (int i = 0; i < 200 && !next.IsCompleted; i++)
        {
            Append(Line("permit", "other.example", agent: "research-1"), Line("permit", "api.example.org"));
            _control.Time.Advance(TimeSpan.FromMilliseconds(600));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        Assert.True(await next);
        using (JsonDocument read = JsonDocument.Parse(tail.Current.Line!)) Assert.Equal("coding-1", read.RootElement.GetProperty("agent").GetString());
        _control.Host.Parts.GetRequiredService<Database>().Change(change => change.Run("DELETE FROM sessions"));
        Task<bool> end = Task.Run(async () =>
        {
            while (await tail.MoveNextAsync()) { }
            return true;
        });
        for (int i = 0; i < 500 && !end.IsCompleted; i++)
        {
            _control.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
        Assert.True(end.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_tail_ends_with_the_session_however_much_comes()
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using IAsyncEnumerator<(byte[]? Line, long Lost)> tail = _api.TailAsync(new FlowFilterForm(), enough.Token).GetAsyncEnumerator(enough.Token);
        long read = 0;
        Task reading = Task.Run(async () =>
        {
            while (await tail.MoveNextAsync()) Interlocked.Increment(ref read);
        });
        // An event before every step of the clock, and read before the next: it is never silent for as long as a heartbeat.
        async Task StepAsync()
        {
            long before = Interlocked.Read(ref read);
            for (int i = 0; i < 100 && Interlocked.Read(ref read) == before && !reading.IsCompleted; i++)
            {
                Append(Line("permit", "api.example.org"));
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
            _control.Time.Advance(TimeSpan.FromSeconds(5));
        }
        for (int i = 0; i < 8; i++) await StepAsync();
        Assert.False(reading.IsCompleted);
        _control.Host.Parts.GetRequiredService<Database>().Change(change => change.Run("DELETE FROM sessions"));
        for (int i = 0; i < 8 && !reading.IsCompleted; i++) await StepAsync();
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
        Assert.True(reading.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Prometheus_reads_numbers_and_no_names()
    {
        Append(Line("deny", "very-secret-destination.example"));
        await UntilAsync(() => _api.ListAsync(new FlowFilterForm(), 100, null, default), page => page.Items.Count == 1);
        string text = await _http.GetStringAsync("api/v1/metrics");
        Assert.Contains("\nexeat_control_ingest_events_total 1\n", text);
        Assert.Contains("\nexeat_control_store_full 0\n", text);
        Assert.DoesNotContain("very-secret", text);
        Assert.DoesNotContain("coding-1", text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _control.Nobody().GetAsync("api/v1/metrics")).StatusCode);
    }

    [Fact]
    public async Task What_happens_raises_an_alert_that_names_its_record()
    {
        // The first look only learns where it is.
        _control.Time.Advance(TimeSpan.FromSeconds(3));
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        Append(Line("deny", "models.example", rule: "shadow-model-deny", reason: "denied-by-rule"));
        RaisedAlert alert = (await UntilAsync(() => _api.AlertsAsync(100, "deny-list-hit", false, default), page => page.Items.Count == 1)).Items[0];
        Assert.Contains("shadow-model-deny", alert.Title);
        Assert.Equal("docs/runbooks/deny-list-hit.md", alert.Runbook);
        Assert.Equal(alert.Record, (await _api.FindAsync(alert.Record!, default)).Flow.Flow);
    }

    [Fact]
    public async Task The_command_line_asks_control_with_the_words_it_has_for_a_journal()
    {
        Append(Line("permit", "api.example.org"), Line("deny", "evil.example", denial: "4d2pf2db"));
        await UntilAsync(() => _api.ListAsync(new FlowFilterForm(), 100, null, default), page => page.Items.Count == 2);
        Assert.Contains("evil.example", Exeat("flows", "query", "--verdict", "deny", "--control"));
        Assert.DoesNotContain("api.example.org", Exeat("flows", "query", "--verdict", "deny", "--control"));
        Assert.StartsWith(Csv.Header, Exeat("flows", "query", "--format", "csv", "--control"));
        Assert.Contains("was refused", Exeat("why", "4d2pf2db", "--control"));
        Assert.Contains("evil.example", Exeat("why", "--last", "--control"));
        Assert.Contains("evil.example", Exeat("flows", "top", "--by", "name", "--control"));
        Assert.Contains("evil.example", Exeat("flows", "tail", "--control"));
        Assert.Contains("\"class_uid\":4001", Exeat("flows", "export", "--format", "ocsf", "--control"));
        Exeat("alerts", "list", "--control");
        Exeat("alerts", "channels", "--control");
        Exeat("flows", "forward", "list", "--control");
    }

    private string Exeat(params string[] arguments)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Exeat.slnx"))) root = Path.GetDirectoryName(root)!;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(root, "artifacts", "exeat", "exeat.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["EXEAT_CONTROL"] = _control.Host.Addresses[0].ToString();
        start.Environment["EXEAT_CONTROL_TOKEN"] = _http.DefaultRequestHeaders.Authorization!.Parameter;
        start.Environment["EXEAT_CONTROL_FINGERPRINT"] = _control.Host.Parts.GetRequiredService<Exeat.Control.Http.PeopleCertificate>().Fingerprint;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string data = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)}: {process.ExitCode} {errors.Result}");
        return data;
    }

    private async Task<byte[]> ExportAsync(string format)
    {
        using var file = new MemoryStream();
        await _api.ExportAsync(new FlowFilterForm(), format, file, default);
        return file.ToArray();
    }

    private void Append(params string[] lines)
    {
        IngestResult kept = _control.Host.Parts.GetRequiredService<FlowStore>().Append("gw-1", Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), _control.Time.GetUtcNow());
        Assert.Equal(lines.Length, kept.Accepted);
    }

    private string Line(string verdict, string name, string agent = "coding-1", string rule = "default-deny", string reason = "default-deny", string? denial = null)
    {
        int number = Interlocked.Increment(ref _number);
        string time = _control.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return $$"""{"v":1,"id":"gw-1/1/{{number}}","flow":"0195529a-7b80-7000-8000-{{number:x12}}","event":"decision","time":"{{time}}Z","gateway":"gw-1","agent":"{{agent}}","class":"coding","src":"192.0.2.2","srcPort":40001,"dst":"203.0.113.5","protocol":"tcp","port":443,"names":[{"name":"{{name}}","source":"sni"}],"proof":"address","stage":"hello","rule":"{{rule}}","reason":"{{(verdict == "permit" ? "permitted-by-rule" : reason)}}","verdict":"{{verdict}}","mode":"enforce","enforced":true,{{(denial is null ? "" : $"\"denial\":\"{denial}\",")}}"policy":"9f2c","generation":3}""";
    }

    // The store shows what came when its clock says so.
    private async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> there)
    {
        T found = await ask();
        for (int i = 0; i < 300 && !there(found); i++)
        {
            _control.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            found = await ask();
        }
        Assert.True(there(found));
        return found;
    }
}
