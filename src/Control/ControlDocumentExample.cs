namespace Exeat.Control;

/// <summary>What <c>--print-example</c> prints: a document to begin with, each line saying what it is for.</summary>
internal static class ControlDocumentExample
{
    public const string Text = """
        # Control's whole configuration. Paths are relative to this file. Only data has to be written.
        apiVersion: exeat/v1
        kind: Control
        data: data                                 # everything that control keeps; one control at a time
        listen:
          people: ["127.0.0.1:8440"]               # the API, for people and programs with tokens
          gateways: ["0.0.0.0:8441", "[::]:8441"]  # gateways, with certificates
        names: [control.example]                   # by which people and gateways reach this machine: stand in its own certificates
        # tls: {certificate: control.crt, key: control.key}   # for people; without it one of its own, made at the first start
        store: {maxBytes: 20GiB, maxAgeDays: 90, memory: 512MiB}   # flows: disk, age, memory of queries
        limits: {loginsPerMinute: 10, sessionMinutes: 720, sessionIdleMinutes: 120}

        """;
}
