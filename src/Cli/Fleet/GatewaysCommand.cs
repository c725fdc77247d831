using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat gateways</c>: the gateways of control.</summary>
internal static class GatewaysCommand
{
    public static Command Create()
    {
        var command = new Command("gateways", "the gateways of control: how each is, enrolment, revocation") { List(), Show(), Enrol(), Revoke() };
        HelpWithExamples.Give(command, "exeat gateways list", "exeat gateways enrol gw-1 > token     # then exeat-link enrol on its machine (docs/control/gateways.md)");
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "all gateways, a line each; status 1 when one is not up or does not run what it should");
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            bool well = true;
            for (string? cursor = ""; cursor is not null;)
            {
                Page<GatewaySummary> page = await client.GetAsync($"gateways?cursor={cursor}", FleetJson.Default.PageGatewaySummary, cancel).ConfigureAwait(false);
                foreach (GatewaySummary gateway in page.Items)
                {
                    well &= gateway.State == "revoked" || (gateway.State == "up" && gateway.Applied);
                    output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(gateway, FleetJson.Default.GatewaySummary) : Line(gateway));
                }
                cursor = page.Next;
            }
            return well ? ExitCode.Done : ExitCode.ExpectationFailed;
        }));
        return command;
    }

    private static Command Show()
    {
        Argument<string> id = Id();
        var command = new Command("show", "everything that control knows of one") { id };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            GatewaySummary gateway = await client.GetAsync(PathOf(parsed.GetRequiredValue(id)), FleetJson.Default.GatewaySummary, cancel).ConfigureAwait(false);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(gateway, FleetJson.Default.GatewaySummary));
            else Write(gateway, output.Data);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Enrol()
    {
        Argument<string> id = Id();
        var command = new Command("enrol", "make a one-time token for a gateway, new or known; it is printed once") { id };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            EnrolmentAnswer made = await client.PostAsync(PathOf(parsed.GetRequiredValue(id)) + "/enrolment", FleetJson.Default.EnrolmentAnswer, cancel).ConfigureAwait(false);
            output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(made, FleetJson.Default.EnrolmentAnswer) : TerminalText.Escape(made.Token));
            output.Tell($"good once, until {Moment(made.Ends)}. On the gateway's machine: sudo -u exeat-link -g exeat exeat-link enrol --config /etc/exeat/gateway.yaml --control https://{client.Http.BaseAddress?.Host}:8441 < token");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Revoke()
    {
        Argument<string> id = Id();
        Option<string> reason = ReasonOption();
        var command = new Command("revoke", "take its certificates back: from its next request on it is nobody to control. It goes on with what it has") { id, reason };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            await client.SendAsync(HttpMethod.Post, PathOf(parsed.GetRequiredValue(id)) + "/revocation", new RevokeRequest(parsed.GetRequiredValue(reason)), FleetJson.Default.RevokeRequest, cancel).ConfigureAwait(false);
            output.Tell("revoked");
            return ExitCode.Done;
        }));
        return command;
    }

    internal static Option<string> ReasonOption() => new("--reason") { Description = "why, for those who come after", Required = true };

    internal static string PathOf(string id) => $"gateways/{Uri.EscapeDataString(id)}";

    private static Argument<string> Id() => new("ID") { Description = "the gateway's id, as its document has it" };

    private static string Line(GatewaySummary gateway) =>
        $"{TerminalText.Escape(gateway.Id)}  {TerminalText.Escape(gateway.State)}  {(gateway.Applied ? "applied" : "NOT APPLIED")}  policy {Short(gateway.PolicyVersion)}  {Mode(gateway)}  lag {Seconds(gateway.LagSeconds)}  lost {gateway.Lost}  seen {Moment(gateway.LastSeen)}";

    private static void Write(GatewaySummary gateway, TextWriter data)
    {
        void Line(string name, string text) => data.WriteLine($"{name,-11} {text}");
        Line("gateway", $"{TerminalText.Escape(gateway.Id)}, {TerminalText.Escape(gateway.State)}, seen {Moment(gateway.LastSeen)}, enrolled {Moment(gateway.Enrolled)}");
        if (gateway.Revoked is { } revoked) Line("REVOKED", $"{Moment(revoked)}: {TerminalText.Escape(gateway.RevokedReason)}");
        foreach (string alarm in gateway.Alarms) Line("ALARM", TerminalText.Escape(alarm));
        foreach (string problem in gateway.Problems) Line("PROBLEM", TerminalText.Escape(problem));
        Line("release", $"gateway {TerminalText.Escape(gateway.Product ?? "unknown")}, link {TerminalText.Escape(gateway.LinkProduct ?? "unknown")}");
        Line("mode", Mode(gateway));
        Line("policy", $"runs {Short(gateway.PolicyVersion)}, should run {(gateway.DesiredPolicyVersion is { } policy ? Short(policy) : "what it has: none is assigned")}");
        Line("agents", $"runs {Short(gateway.AgentsHash)}, should run {(gateway.DesiredAgentsHash is { } agents ? Short(agents) : "what it has: control has no document of it")}");
        Line("records", $"lag {Seconds(gateway.LagSeconds)}, {gateway.LagBytes} bytes; {gateway.Shipped} shipped since the link's start, {gateway.Lost} lost, {gateway.Overruns} overruns of its queue, {gateway.ForeignRecords} foreign");
        Line("journal", $"{gateway.JournalBytes >> 10} of {gateway.JournalMaxBytes >> 10} KiB");
        Line("certificate", $"ends {Moment(gateway.CertificateEnds)}; clock {gateway.ClockSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s before control's");
    }

    private static string Mode(GatewaySummary gateway) => gateway.DeclaredMode is null ? "mode unknown"
        : gateway.DeclaredMode == gateway.EffectiveMode ? TerminalText.Escape(gateway.DeclaredMode) : $"declared {TerminalText.Escape(gateway.DeclaredMode)}, EFFECTIVE {TerminalText.Escape(gateway.EffectiveMode)}";

    private static string Short(string? hash) => hash is null ? "none" : TerminalText.Escape(hash.Length > 12 ? hash[..12] : hash);

    private static string Seconds(double seconds) => seconds.ToString("0.#", CultureInfo.InvariantCulture) + " s";

    private static string Moment(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "never";
}
