using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>Counts decisions by verdict, by whether they were applied, and by reason. Thread-safe; counting allocates nothing.</summary>
internal sealed class VerdictCounters
{
    private static readonly int _verdicts = Enum.GetValues<Verdict>().Length;
    private static readonly Reason[] _reasons = Enum.GetValues<Reason>();
    private readonly long[] _counts = new long[_verdicts * 2 * _reasons.Length];

    /// <summary>Adds decisions.</summary>
    public void Add(Verdict verdict, bool enforced, Reason reason, long count = 1) => Interlocked.Add(ref _counts[Index(verdict, enforced, reason)], count);

    /// <summary>Every combination that occurred, with its labels.</summary>
    public IEnumerable<(string Labels, long Value)> Read()
    {
        foreach (Verdict verdict in Enum.GetValues<Verdict>())
        {
            foreach (bool enforced in (bool[])[true, false])
            {
                foreach (Reason reason in _reasons)
                {
                    long count = Volatile.Read(ref _counts[Index(verdict, enforced, reason)]);
                    if (count > 0) yield return ($"verdict=\"{verdict.Text()}\",enforced=\"{(enforced ? "true" : "false")}\",reason=\"{reason.Text()}\"", count);
                }
            }
        }
    }

    private static int Index(Verdict verdict, bool enforced, Reason reason) => ((int)verdict * 2 + (enforced ? 0 : 1)) * _reasons.Length + (int)reason;
}
