using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Exeat.Api;
using Exeat.Api.Control;
using Exeat.Link.Connection;
using Exeat.Link.Credentials;
using Exeat.Link.Delivery;
using Exeat.Policy;

namespace Exeat.Link.Enrolment;

/// <summary>
/// Makes this machine's gateway known to control: first asks who is there and compares that with the token's fingerprint, without saying anything; then shows the token, over a connection to
/// exactly that authority, and gets a certificate for a key that stays here.
/// </summary>
internal sealed class Enrolment(LinkArguments asked, TimeProvider time, TextWriter say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken cancel)
    {
        GatewayDocument gateway = LinkHost.ReadGateway(asked.Config);
        EnrolmentToken token = ReadToken();
        if (token.Gateway != gateway.Id) throw new LinkFailure(2, $"the token is for the gateway {token.Gateway}, and {asked.Config} is {gateway.Id}: exeat gateways enrol {gateway.Id} on control makes the right one");
        if (!Uri.TryCreate(asked.Control, UriKind.Absolute, out Uri? control) || control.Scheme != Uri.UriSchemeHttps) throw new LinkFailure(2, $"--control is '{asked.Control}': write it as https://control.example:8441");

        var folder = new LinkFolder(asked.State);
        X509Certificate2 authority = await FindAuthorityAsync(control, token, cancel).ConfigureAwait(false);
        using var key = new GatewayKey();
        CertificateAnswer answer = await AskAsync(control, authority, new EnrolRequest(gateway.Id, token.Secret, key.Request(gateway.Id), Product.Version, AgentsOf(gateway)), cancel).ConfigureAwait(false);
        Write(folder, authority, key.With(answer.Certificate), new LinkSettings(LinkSettings.CurrentVersion, gateway.Id, control.GetLeftPart(UriPartial.Authority) + "/"));
        LinkCredentials credentials = LinkCredentials.Read(folder);

        var shelf = new VersionShelf(folder, time);
        if (shelf.Current is null) shelf.Begin(fresh => FirstDocuments.Fill(fresh, gateway));
        say.WriteLine($"enrolled: gateway {gateway.Id} with {control.Authority}, certificate until {credentials.Ends:yyyy-MM-dd HH:mm}Z, in {folder.Path}");
        if (LinkHost.NotFromHere(gateway, folder).Any())
        {
            say.WriteLine($"now let the gateway read what control sends: write into {asked.Config}");
            say.WriteLine($"  policy: {folder.CurrentPolicy}\n  packs: {folder.CurrentPacks}\n  agents: {folder.CurrentAgents}");
            say.WriteLine("until control sends something else, these hold a copy of what the gateway reads today");
        }
    }

    private EnrolmentToken ReadToken()
    {
        try
        {
            using TextReader reader = asked.TokenFile == "-" ? Console.In : new StreamReader(asked.TokenFile);
            return EnrolmentToken.Read(reader.ReadLine() ?? "") ?? throw new LinkFailure(2, "what was given is not an enrolment token: one line that exeat gateways enrol ID prints on control");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinkFailure(2, $"the token cannot be read from {asked.TokenFile}: {e.Message}", e);
        }
    }

    // Says nothing but "who are you": whoever is in between learns nothing, and is found out.
    private async Task<X509Certificate2> FindAuthorityAsync(Uri control, EnrolmentToken token, CancellationToken cancel)
    {
        X509Certificate2? shown = null;
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    // Believed below, by the fingerprint, before anything of ours is said.
                    shown = certificate is X509Certificate2 some ? X509CertificateLoader.LoadCertificate(some.RawData) : null;
                    return shown is not null;
                },
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = control, Timeout = Patience, MaxResponseContentBufferSize = 1 << 16 };
        X509Certificate2 authority;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "gateway/v1/authority");
            request.Headers.Add(LinkProtocol.Header, $"{LinkProtocol.Current}");
            using HttpResponseMessage answer = await http.SendAsync(request, cancel).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            authority = X509Certificate2.CreateFromPem(await answer.Content.ReadAsStringAsync(cancel).ConfigureAwait(false));
        }
        catch (Exception e) when (e is HttpRequestException or CryptographicException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw new LinkFailure(3, $"{control.Authority} does not answer as control does for gateways: {(e.InnerException ?? e).Message.TrimEnd('.')}; is it the listener for gateways (port 8441 by default), and reachable from here?", e);
        }
        if (Authority.FingerprintOf(authority) != token.Fingerprint)
            throw new LinkFailure(3, $"who answers at {control.Authority} is not the control that made this token: its authority has the fingerprint {Authority.FingerprintOf(authority)[..16]}…, the token names {token.Fingerprint[..16]}…; nothing was said to it");
        if (Authority.ProblemOf(shown, authority, time.GetUtcNow()) is { } problem) throw new LinkFailure(3, $"{control.Authority}: {problem}");
        return authority;
    }

    private async Task<CertificateAnswer> AskAsync(Uri control, X509Certificate2 authority, EnrolRequest request, CancellationToken cancel)
    {
        using var connection = new ControlConnection(control, authority, null, time);
        try
        {
            return await connection.PostAsync("gateway/v1/enrol", request, LinkJson.Default.EnrolRequest, LinkJson.Default.CertificateAnswer, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ControlUnreachable or ControlRefused)
        {
            throw new LinkFailure(3, e.Message, e);
        }
    }

    private static void Write(LinkFolder folder, X509Certificate2 authority, string credentials, LinkSettings settings)
    {
        try
        {
            folder.Create();
            AtomicFile.Write(folder.Authority, authority.ExportCertificatePem() + "\n", AtomicFile.Private);
            AtomicFile.Write(folder.Credentials, credentials, AtomicFile.Private);
            AtomicFile.Write(folder.Settings, JsonSerializer.Serialize(settings, LinkStateJson.Default.LinkSettings) + "\n", AtomicFile.Private);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinkFailure(3, $"{folder.Path} cannot be written: {e.Message}; the token is used up, make another one after this is mended", e);
        }
    }

    // One document, as control keeps them; a folder of several is not handed over.
    private string? AgentsOf(GatewayDocument gateway)
    {
        IReadOnlyList<string> files = DocumentPaths.Files(gateway.Agents);
        if (files is not [var only] || AgentsLoader.LoadAttached(gateway.Agents).Agents is not { Agents.Length: > 0 }) return null;
        string document = File.ReadAllText(only);
        if (document.Length <= LinkProtocol.MaxEnrolledAgents) return document;
        say.WriteLine($"the agents document has more than {LinkProtocol.MaxEnrolledAgents >> 10} KiB and does not go along: hand it over with exeat agents set {gateway.Id} FILE");
        return null;
    }
}
