using System.Net.Http.Headers;
using System.Security.Cryptography;
using Exeat.Api.Control;

namespace Exeat.Cli;

/// <summary>Flows, alerts and forwarding of a control. The token comes from the environment: on a command line every user of the machine could read it.</summary>
internal sealed class ControlFlows
{
    public const string TokenVariable = "EXEAT_CONTROL_TOKEN";
    public const string FingerprintVariable = "EXEAT_CONTROL_FINGERPRINT";

    public ControlFlows(Uri address)
    {
        string token = Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } given ? given.Trim()
            : throw new CommandFailure(ExitCode.InputWrong, $"there is no token for {address}; export {TokenVariable}=TOKEN (a token of control with the role viewer, for exports auditor)");
        var connections = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (Environment.GetEnvironmentVariable(FingerprintVariable) is { Length: > 0 } pinned)
        {
            string wanted = pinned.Replace(":", "", StringComparison.Ordinal).Trim();
            connections.SslOptions.RemoteCertificateValidationCallback = (_, seen, _, _) => string.Equals(seen?.GetCertHashString(HashAlgorithmName.SHA256), wanted, StringComparison.OrdinalIgnoreCase);
        }
        var http = new HttpClient(connections) { BaseAddress = new Uri(address, "/"), Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Api = new FlowsApi(http);
    }

    public FlowsApi Api { get; }
}
