using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Exeat.Api.Control;

/// <summary>Flows, alerts and forwarding of a control, over a client that knows its address and login. What control refuses is an <see cref="ControlRefusedException"/>.</summary>
public sealed class FlowsApi(HttpClient http)
{
    /// <summary>One page of flows, newest first.</summary>
    public Task<Page<FlowForm>> ListAsync(FlowFilterForm filter, int limit, string? cursor, CancellationToken cancel) =>
        GetAsync($"api/v1/flows?limit={limit}&{filter.ToQuery()}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", FlowsJson.Default.FlowFormPage, cancel);

    /// <summary>One flow, explained.</summary>
    public Task<FlowDetail> FindAsync(string id, CancellationToken cancel) => GetAsync("api/v1/flows/" + string.Join('/', id.Split('/').Select(Uri.EscapeDataString)), FlowsJson.Default.FlowDetail, cancel);

    /// <summary>Groups, as a job when the answer takes long; progress is told meanwhile.</summary>
    public async Task<FlowGroups> GroupsAsync(GroupQuestion question, Action<FlowJob>? progress, TimeProvider time, CancellationToken cancel)
    {
        FlowJob job = await SendAsync(HttpMethod.Post, "api/v1/flows/queries", question, FlowsJson.Default.GroupQuestion, FlowsJson.Default.FlowJob, cancel).ConfigureAwait(false);
        TimeSpan wait = TimeSpan.FromMilliseconds(50);
        try
        {
            while (job.State == "running")
            {
                await Task.Delay(wait, time, cancel).ConfigureAwait(false);
                wait = wait * 2 < TimeSpan.FromSeconds(1) ? wait * 2 : TimeSpan.FromSeconds(1);
                job = await GetAsync($"api/v1/flows/queries/{job.Id}", FlowsJson.Default.FlowJob, cancel).ConfigureAwait(false);
                if (job.State == "running") progress?.Invoke(job);
            }
        }
        catch (OperationCanceledException)
        {
            using HttpResponseMessage told = await http.DeleteAsync(new Uri($"api/v1/flows/queries/{job.Id}", UriKind.Relative), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        return job.Result ?? throw new ControlRefusedException(new ApiProblem { Type = ApiProblem.TypePrefix + "query", Title = job.State, Status = 400, Detail = job.Error ?? $"the question was {job.State}", Remedy = "narrow its time, or ask again" });
    }

    /// <summary>Events as they come: each as recorded, or how many were lost.</summary>
    public async IAsyncEnumerable<(byte[]? Line, long Lost)> TailAsync(FlowFilterForm filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/flows/tail?" + filter.ToQuery(), UriKind.Relative));
        using HttpResponseMessage answer = await CheckedAsync(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), Encoding.UTF8);
        string kind = "";
        while (await reader.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                if (kind == "flow") yield return (Encoding.UTF8.GetBytes(line[6..]), 0);
                else if (kind == "lost")
                {
                    using JsonDocument told = JsonDocument.Parse(line[6..]);
                    yield return (null, told.RootElement.GetProperty("lost").GetInt64());
                }
                else if (kind == "end") yield break;
            }
        }
    }

    /// <summary>Writes an export; gives how many bytes it has.</summary>
    public async Task<long> ExportAsync(FlowFilterForm filter, string format, Stream destination, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"api/v1/flows/export?format={format}&{filter.ToQuery()}", UriKind.Relative));
        using HttpResponseMessage answer = await CheckedAsync(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        using Stream body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        byte[] part = new byte[1 << 16];
        long total = 0;
        for (int read; (read = await body.ReadAsync(part, cancel).ConfigureAwait(false)) > 0; total += read) await destination.WriteAsync(part.AsMemory(0, read), cancel).ConfigureAwait(false);
        return total;
    }

    /// <summary>Alerts, newest first.</summary>
    public Task<Page<RaisedAlert>> AlertsAsync(int limit, string? word, bool openOnly, CancellationToken cancel) =>
        GetAsync($"api/v1/alerts?limit={limit}{(word is null ? "" : "&event=" + Uri.EscapeDataString(word))}{(openOnly ? "&open=true" : "")}", AlertsJson.Default.RaisedAlertPage, cancel);

    /// <summary>The channels.</summary>
    public Task<Page<AlertChannel>> ChannelsAsync(CancellationToken cancel) => GetAsync("api/v1/alert-channels", AlertsJson.Default.AlertChannelPage, cancel);

    /// <summary>Makes or changes a channel.</summary>
    public Task<AlertChannel> PutChannelAsync(AlertChannel channel, CancellationToken cancel) =>
        SendAsync(HttpMethod.Put, "api/v1/alert-channels/" + Uri.EscapeDataString(channel.Name), channel, AlertsJson.Default.AlertChannel, AlertsJson.Default.AlertChannel, cancel);

    /// <summary>Deletes a channel.</summary>
    public Task DeleteChannelAsync(string name, CancellationToken cancel) => DeleteAsync("api/v1/alert-channels/" + Uri.EscapeDataString(name), cancel);

    /// <summary>Sends a test to a channel.</summary>
    public Task<TestOutcome> TestChannelAsync(string name, CancellationToken cancel) => PostAsync($"api/v1/alert-channels/{Uri.EscapeDataString(name)}/test", AlertsJson.Default.TestOutcome, cancel);

    /// <summary>Where records go on to.</summary>
    public Task<Page<ForwardingTarget>> TargetsAsync(CancellationToken cancel) => GetAsync("api/v1/forwarding", AlertsJson.Default.ForwardingTargetPage, cancel);

    /// <summary>Makes or changes a target.</summary>
    public Task<ForwardingTarget> PutTargetAsync(ForwardingTarget target, CancellationToken cancel) =>
        SendAsync(HttpMethod.Put, "api/v1/forwarding/" + Uri.EscapeDataString(target.Name), target, AlertsJson.Default.ForwardingTarget, AlertsJson.Default.ForwardingTarget, cancel);

    /// <summary>Deletes a target.</summary>
    public Task DeleteTargetAsync(string name, CancellationToken cancel) => DeleteAsync("api/v1/forwarding/" + Uri.EscapeDataString(name), cancel);

    /// <summary>Sends one record to a target.</summary>
    public Task<TestOutcome> TestTargetAsync(string name, CancellationToken cancel) => PostAsync($"api/v1/forwarding/{Uri.EscapeDataString(name)}/test", AlertsJson.Default.TestOutcome, cancel);

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await CheckedAsync(await http.GetAsync(new Uri(path, UriKind.Relative), cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        return await ReadAsync(answer, type, cancel).ConfigureAwait(false);
    }

    private async Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await CheckedAsync(await http.PostAsync(new Uri(path, UriKind.Relative), null, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        return await ReadAsync(answer, type, cancel).ConfigureAwait(false);
    }

    private async Task<TAnswer> SendAsync<T, TAnswer>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body, type) };
        using HttpResponseMessage answer = await CheckedAsync(await http.SendAsync(request, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        return await ReadAsync(answer, answerType, cancel).ConfigureAwait(false);
    }

    private async Task DeleteAsync(string path, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await CheckedAsync(await http.DeleteAsync(new Uri(path, UriKind.Relative), cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancel) =>
        await answer.Content.ReadFromJsonAsync(type, cancel).ConfigureAwait(false) ?? throw new JsonException("the answer is empty");

    private static async Task<HttpResponseMessage> CheckedAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            if (answer.Content.Headers.ContentType?.MediaType == ApiProblem.MediaType && await answer.Content.ReadFromJsonAsync(ControlJson.Default.ApiProblem, cancel).ConfigureAwait(false) is { } problem) throw new ControlRefusedException(problem);
            throw new ControlRefusedException(new ApiProblem { Type = ApiProblem.TypePrefix + "unknown", Title = "", Status = (int)answer.StatusCode, Detail = $"control answers {(int)answer.StatusCode}", Remedy = "see control's log" });
        }
    }
}
