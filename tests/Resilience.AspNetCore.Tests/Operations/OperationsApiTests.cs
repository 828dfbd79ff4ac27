using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Resilience.TestKit;
using YamlDotNet.RepresentationModel;

namespace Resilience.AspNetCore.Tests.Operations;

/// <summary>The description of the API and what is mapped are the same.</summary>
public sealed class OperationsApiTests
{
    private static readonly string[] Methods = ["get", "post", "put", "delete", "patch"];

    [Fact]
    public async Task Document_DescribesEveryEndpoint_AndNoOther()
    {
        await using var app = await OperationsApp.StartAsync("Production");
        var mapped = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/dr", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method.ToLowerInvariant()} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"));

        var document = Read();
        var described = ((YamlMappingNode)document["paths"]).SelectMany(path => ((YamlMappingNode)path.Value).Children.Keys
            .Select(key => key.ToString()).Where(Methods.Contains).Select(method => $"{method} {path.Key}"));

        Assert.Equal(mapped.Order(), described.Order());
        AssertReferences(document, document);
    }

    private static void AssertReferences(YamlNode node, YamlNode document)
    {
        if (node is YamlMappingNode map)
        {
            foreach (var (key, value) in map.Children)
            {
                if (key.ToString() == "$ref")
                {
                    var found = value.ToString().Split('/').Skip(1).Aggregate(document, (at, part) => ((YamlMappingNode)at)[part]);
                    Assert.NotNull(found);
                }

                AssertReferences(value, document);
            }
        }
        else if (node is YamlSequenceNode list)
        {
            foreach (var item in list)
            {
                AssertReferences(item, document);
            }
        }
    }

    private static YamlNode Read()
    {
        using var text = File.OpenText(Path.Combine(ServicePaths.RepositoryRoot, "docs", "operations.openapi.yaml"));
        var yaml = new YamlStream();
        yaml.Load(text);
        return yaml.Documents[0].RootNode;
    }
}
