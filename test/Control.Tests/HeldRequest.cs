using System.Net;
using System.Text;

namespace Exeat.Control.Tests;

/// <summary>A request whose last byte is kept back: it was let in, and its body is being read, until a test lets it end.</summary>
internal sealed class HeldRequest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Body _body;
    private readonly Task<HttpResponseMessage> _answer;

    private HeldRequest(Body body, Task<HttpResponseMessage> answer) => (_body, _answer) = (body, answer);

    public static async Task<HeldRequest> BeginAsync(HttpClient client, HttpMethod method, string path, string json, string? key = null)
    {
        var body = new Body(json);
        var request = new HttpRequestMessage(method, path) { Content = body };
        // The server asks for the body when something reads it: then whoever stands before that has let the request in.
        request.Headers.ExpectContinue = true;
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        Task<HttpResponseMessage> answer = client.SendAsync(request);
        Task first = await Task.WhenAny(body.Begun.Task, answer).WaitAsync(Patience, TimeProvider.System);
        Assert.True(first == body.Begun.Task, "it was answered before its body was read");
        return new HeldRequest(body, answer);
    }

    public Task<HttpResponseMessage> EndAsync()
    {
        _body.MayEnd.SetResult();
        return _answer.WaitAsync(Patience, TimeProvider.System);
    }

    private sealed class Body : HttpContent
    {
        private readonly byte[] _bytes;

        public Body(string json)
        {
            _bytes = Encoding.UTF8.GetBytes(json);
            Headers.ContentType = new("application/json");
        }

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(..^1));
            await stream.FlushAsync();
            Begun.SetResult();
            await MayEnd.Task;
            await stream.WriteAsync(_bytes.AsMemory(^1..));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
