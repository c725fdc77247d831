using System.Collections.Frozen;

namespace Exeat.Lab.Attacks.Streams;

/// <summary>The tricks over TCP whose arrival the mark alone tells, by their names.</summary>
internal static class StreamTricks
{
    private static readonly FrozenDictionary<string, Func<AttackTarget, Task<bool>>> All = new Dictionary<string, Func<AttackTarget, Task<bool>>>
    {
        ["segments-shuffled"] = SegmentTricks.ShuffledAsync,
        ["segments-overlap"] = SegmentTricks.OverlapAsync,
        ["segments-late"] = SegmentTricks.LateAsync,
        ["segments-two-syns"] = SegmentTricks.TwoSynsAsync,
        ["segments-last-ack"] = SegmentTricks.LastAcknowledgementAsync,
        ["segments-syn-data"] = target => SegmentTricks.SynDataAsync(target, withCookie: false),
        ["segments-fast-open"] = target => SegmentTricks.SynDataAsync(target, withCookie: true),
        ["replace-ttl"] = target => SegmentTricks.ReplaceAsync(target, "ttl"),
        ["replace-checksum"] = target => SegmentTricks.ReplaceAsync(target, "checksum"),
        ["replace-md5"] = target => SegmentTricks.ReplaceAsync(target, "md5"),
        ["replace-timestamp"] = target => SegmentTricks.ReplaceAsync(target, "timestamp"),
        ["replace-flags"] = target => SegmentTricks.ReplaceAsync(target, "flags"),
        ["replace-acknowledgement"] = target => SegmentTricks.ReplaceAsync(target, "acknowledgement"),
        ["replace-reset"] = target => SegmentTricks.ReplaceAsync(target, "reset"),
        ["replace-fin"] = target => SegmentTricks.ReplaceAsync(target, "fin"),
        ["replace-urgent"] = target => SegmentTricks.ReplaceAsync(target, "urgent"),
        ["hello-records"] = HelloTricks.RecordsAsync,
        ["hello-empty-records"] = HelloTricks.EmptyRecordsAsync,
        ["hello-alert-first"] = HelloTricks.AlertFirstAsync,
        ["hello-cipher-first"] = HelloTricks.CipherFirstAsync,
        ["hello-quantum"] = HelloTricks.QuantumAsync,
        ["hello-grease"] = HelloTricks.GreaseAsync,
        ["hello-encrypted"] = HelloTricks.EncryptedAsync,
        ["hello-encrypted-other"] = HelloTricks.EncryptedOtherAsync,
        ["hello-retry"] = HelloTricks.RetryAsync,
        ["hello-two-names"] = HelloTricks.TwoNamesAsync,
        ["hello-address-name"] = HelloTricks.AddressNameAsync,
        ["hello-empty-name"] = HelloTricks.EmptyNameAsync,
        ["speak-ssh"] = target => HelloTricks.SpeakAsync(target, "ssh"),
        ["speak-smtp"] = target => HelloTricks.SpeakAsync(target, "smtp"),
        ["speak-connect"] = target => HelloTricks.SpeakAsync(target, "connect"),
        ["speak-unknown"] = target => HelloTricks.SpeakAsync(target, "unknown"),
        ["speak-late"] = HelloTricks.SpeakLateAsync,
        ["http-absolute"] = HttpTricks.AbsoluteAsync,
        ["http-preface"] = HttpTricks.PrefaceAsync,
        ["http-h2c"] = HttpTricks.CleartextHttp2Async,
        ["http-double-length"] = HttpTricks.DoubleLengthAsync,
        ["http-double-host"] = HttpTricks.DoubleHostAsync,
        ["http-no-host"] = HttpTricks.NoHostAsync,
        ["http-fronting"] = HttpTricks.FrontingAsync,
        ["http-redirected"] = HttpTricks.RedirectedAsync,
    }.ToFrozenDictionary();

    /// <summary>Whether it is one of them.</summary>
    public static bool Knows(string kind) => All.ContainsKey(kind);

    /// <summary>Makes it.</summary>
    public static Task<bool> RunAsync(string kind, AttackTarget target) => All[kind](target);
}
