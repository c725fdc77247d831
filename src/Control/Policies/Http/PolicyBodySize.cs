using Microsoft.AspNetCore.Http.Metadata;

namespace Exeat.Control.Policies;

/// <summary>What an upload of a policy may have, as JSON.</summary>
internal sealed record PolicyBodySize : IRequestSizeLimitMetadata
{
    // The files' own bound, and half as much again for JSON's escapes.
    public long? MaxRequestBodySize => ContentPaths.MaxBytes / 2 * 3;
}
