using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Exeat.Api.Control;

/// <summary>The area of policies by HTTP, typed. A refusal is a <see cref="ControlRefusedException"/>.</summary>
/// <param name="http">A client whose base address is control's, with the caller's authorization.</param>
public sealed class PoliciesClient(HttpClient http)
{
    private const string Json = "application/json";

    /// <summary>The policies, each with its newest version.</summary>
    public IAsyncEnumerable<PolicyEntry> PoliciesAsync(CancellationToken cancel) => ListAsync("policies", PoliciesJson.Default.PagePolicyEntry, cancel);

    /// <summary>The versions of a policy, newest first.</summary>
    public IAsyncEnumerable<PolicyVersionEntry> VersionsAsync(string policy, CancellationToken cancel) => ListAsync($"policies/{Part(policy)}/versions", PoliciesJson.Default.PagePolicyVersionEntry, cancel);

    /// <summary>The files of a version; null: the newest.</summary>
    public Task<PolicyFilesEntry> FilesAsync(string policy, string? version, CancellationToken cancel) =>
        GetAsync($"policies/{Part(policy)}/versions/{Part(version ?? "newest")}/files", PoliciesJson.Default.PolicyFilesEntry, cancel);

    /// <summary>Publishes.</summary>
    public Task<PublishResult> PublishAsync(string policy, PolicyPublication publication, CancellationToken cancel) =>
        SendAsync(HttpMethod.Post, $"policies/{Part(policy)}/versions", publication, PoliciesJson.Default.PolicyPublication, PoliciesJson.Default.PublishResult, cancel);

    /// <summary>How two versions differ, as control sees it.</summary>
    public Task<PolicyDiffResult> DiffAsync(string policy, string? from, string? to, CancellationToken cancel) =>
        GetAsync($"policies/{Part(policy)}/diff?from={Part(from ?? "")}&to={Part(to ?? "")}", PoliciesJson.Default.PolicyDiffResult, cancel);

    /// <summary>The assignments that hold.</summary>
    public IAsyncEnumerable<AssignmentEntry> AssignmentsAsync(CancellationToken cancel) => ListAsync("assignments", PoliciesJson.Default.PageAssignmentEntry, cancel);

    /// <summary>What each gateway should run, and runs.</summary>
    public IAsyncEnumerable<GatewayPolicyEntry> GatewaysAsync(CancellationToken cancel) => ListAsync("assignments/gateways", PoliciesJson.Default.PageGatewayPolicyEntry, cancel);

    /// <summary>Assigns.</summary>
    public Task<ChangeResult> AssignAsync(AssignmentRequest request, CancellationToken cancel) => ChangeAsync("assignments", request, cancel);

    /// <summary>Back to the version before.</summary>
    public Task<ChangeResult> RollbackAsync(AssignmentRequest request, CancellationToken cancel) => ChangeAsync("assignments/rollback", request, cancel);

    /// <summary>Takes an assignment away.</summary>
    public Task<ChangeResult> ClearAsync(AssignmentRequest request, CancellationToken cancel) => ChangeAsync("assignments/clear", request, cancel);

    /// <summary>Whether changes that touch a class need a second person.</summary>
    public Task<ChangeResult> GuardAsync(string name, PolicyClassRequest request, CancellationToken cancel) =>
        SendAsync(HttpMethod.Put, $"classes/{Part(name)}", request, PoliciesJson.Default.PolicyClassRequest, PoliciesJson.Default.ChangeResult, cancel);

    /// <summary>Changes that wait for a second person, or waited.</summary>
    public IAsyncEnumerable<ApprovalEntry> ApprovalsAsync(string? state, CancellationToken cancel) => ListAsync(state is null ? "approvals" : $"approvals?state={Part(state)}", PoliciesJson.Default.PageApprovalEntry, cancel);

    /// <summary>One of them.</summary>
    public Task<ApprovalEntry> ApprovalAsync(string id, CancellationToken cancel) => GetAsync($"approvals/{Part(id)}", PoliciesJson.Default.ApprovalEntry, cancel);

    /// <summary>Approves exactly what has this hash.</summary>
    public Task<ChangeResult> ApproveAsync(string id, ApprovalDecision decision, CancellationToken cancel) =>
        SendAsync(HttpMethod.Post, $"approvals/{Part(id)}/approve", decision, PoliciesJson.Default.ApprovalDecision, PoliciesJson.Default.ChangeResult, cancel);

    /// <summary>Rejects, or takes back.</summary>
    public Task RejectAsync(string id, ReasonRequest request, CancellationToken cancel) => SayAsync($"approvals/{Part(id)}/reject", request, cancel);

    /// <summary>The windows of a kind, newest first.</summary>
    public IAsyncEnumerable<PolicyWindowEntry> WindowsAsync(bool breakGlass, CancellationToken cancel) => ListAsync(Path(breakGlass), PoliciesJson.Default.PagePolicyWindowEntry, cancel);

    /// <summary>Opens a window.</summary>
    public Task<ChangeResult> OpenAsync(bool breakGlass, PolicyWindowRequest request, CancellationToken cancel) =>
        SendAsync(HttpMethod.Post, Path(breakGlass), request, PoliciesJson.Default.PolicyWindowRequest, PoliciesJson.Default.ChangeResult, cancel);

    /// <summary>Ends a window now.</summary>
    public Task EndAsync(bool breakGlass, string id, ReasonRequest request, CancellationToken cancel) => SayAsync($"{Path(breakGlass)}/{Part(id)}/end", request, cancel);

    /// <summary>What a version with windows is made of.</summary>
    public Task<PolicyCompositionEntry> CompositionAsync(string version, CancellationToken cancel) => GetAsync($"compositions/{Part(version)}", PoliciesJson.Default.PolicyCompositionEntry, cancel);

    private static string Path(bool breakGlass) => breakGlass ? "break-glass" : "monitor-windows";

    private static string Part(string text) => Uri.EscapeDataString(text);

    private Task<ChangeResult> ChangeAsync(string path, AssignmentRequest request, CancellationToken cancel) =>
        SendAsync(HttpMethod.Post, path, request, PoliciesJson.Default.AssignmentRequest, PoliciesJson.Default.ChangeResult, cancel);

    private async Task SayAsync(string path, ReasonRequest request, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await AskAsync(HttpMethod.Post, path, Content(request, PoliciesJson.Default.ReasonRequest), cancel).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<T> ListAsync<T>(string path, JsonTypeInfo<Page<T>> form, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        string? cursor = null;
        do
        {
            string page = cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={Part(cursor)}";
            Page<T> read = await GetAsync(page, form, cancel).ConfigureAwait(false);
            foreach (T item in read.Items) yield return item;
            cursor = read.Next;
        }
        while (cursor is not null);
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> form, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await AskAsync(HttpMethod.Get, path, null, cancel).ConfigureAwait(false);
        return await ReadAsync(answer, form, cancel).ConfigureAwait(false);
    }

    private async Task<TAnswer> SendAsync<TBody, TAnswer>(HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> form, JsonTypeInfo<TAnswer> answerForm, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await AskAsync(method, path, Content(body, form), cancel).ConfigureAwait(false);
        return await ReadAsync(answer, answerForm, cancel).ConfigureAwait(false);
    }

    private static ByteArrayContent Content<T>(T body, JsonTypeInfo<T> form) => new(JsonSerializer.SerializeToUtf8Bytes(body, form)) { Headers = { ContentType = new MediaTypeHeaderValue(Json) } };

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, "api/v1/" + path) { Content = content };
        if (method == HttpMethod.Post) request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        HttpResponseMessage answer = await http.SendAsync(request, cancel).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer) await ControlClient.ThrowIfRefusedAsync(answer, cancel).ConfigureAwait(false);
        return answer;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> form, CancellationToken cancel)
    {
        using Stream body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        return await JsonSerializer.DeserializeAsync(body, form, cancel).ConfigureAwait(false) ?? throw new JsonException("control answered null");
    }
}
