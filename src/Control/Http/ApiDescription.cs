using Exeat.Api;
using Exeat.Api.Control;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Exeat.Control.Http;

/// <summary>The OpenAPI document of the people's API: made from the endpoints, with the role that each states and the problems that each may answer.</summary>
internal static class ApiDescription
{
    /// <summary>The document's name, part of its address.</summary>
    public const string Name = "v1";

    private const string Bearer = "bearer", Problem = "Problem";

    public static void Add(IServiceCollection parts) => parts.AddOpenApi(Name, options =>
    {
        options.ShouldInclude = endpoint => endpoint.ActionDescriptor.EndpointMetadata.OfType<Permission>().LastOrDefault()?.Door == Door.People;
        options.AddDocumentTransformer((document, context, cancel) => DescribeAsync(document, context, cancel));
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, context);
            return Task.CompletedTask;
        });
    });

    public static void Map(IEndpointRouteBuilder app) => app.MapOpenApi("/openapi/{documentName}.json").OpenToAll();

    private static async Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancel)
    {
        document.Info = new OpenApiInfo { Title = $"{Product.Name} control", Version = Name, Description = "Errors are problem details (RFC 9457) with a remedy; lists have a cursor; a POST takes an Idempotency-Key." };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, Description = "A session of a login, or a token." },
        };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[Problem] = await context.GetOrCreateSchemaAsync(typeof(ApiProblem), cancellationToken: cancel);
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        IList<object> metadata = context.Description.ActionDescriptor.EndpointMetadata;
        Roles needed = metadata.OfType<Permission>().LastOrDefault()?.Needed ?? Roles.None;
        string method = context.Description.HttpMethod ?? "";
        operation.Responses ??= [];
        (string Status, string Means)[] problems =
        [
            ("400", "What was sent is wrong."),
            .. needed == Roles.None ? [] : new[] { ("401", "There is no login that stands."), ("403", $"The role {RoleWords.Of(needed)[0]} is needed.") },
            .. context.Description.RelativePath?.Contains('{', StringComparison.Ordinal) == true ? [("404", "There is no such thing.")] : Array.Empty<(string, string)>(),
            .. HttpMethods.IsGet(method) ? [] : new[] { ("409", "It contradicts what is there.") },
            ("503", "Too much is being answered."),
        ];
        foreach ((string status, string means) in problems)
        {
            operation.Responses.TryAdd(status, new OpenApiResponse
            {
                Description = means,
                Content = new Dictionary<string, OpenApiMediaType> { [ApiProblem.MediaType] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) } },
            });
        }
        if (HttpMethods.IsPost(method))
            (operation.Parameters ??= []).Add(new OpenApiParameter { Name = "Idempotency-Key", In = ParameterLocation.Header, Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 128 }, Description = "The same key, caller and request have the same answer for a day, and are done once." });
        if (needed == Roles.None) return;
        operation.Description = $"Role: {RoleWords.Of(needed)[0]}." + (operation.Description is { Length: > 0 } more ? " " + more : "");
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
    }
}
