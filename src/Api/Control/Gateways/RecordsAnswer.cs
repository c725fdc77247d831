namespace Exeat.Api.Control;

/// <summary>What became of a batch of records. It is an acknowledgement: all of it is kept by control, or was there before, or never can be.</summary>
/// <param name="Accepted">Records that are new.</param>
/// <param name="Duplicates">Records that control had already.</param>
/// <param name="Refused">Lines that are no records.</param>
/// <param name="Foreign">Records that say they are another gateway's; they are not kept.</param>
/// <param name="Store">Which flow store took them. Another one than before lacks what the one before had: the link sends its journal again.</param>
public sealed record RecordsAnswer(long Accepted, long Duplicates, long Refused, long Foreign, string Store);
