using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.DependencyInjection;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>Configuration that a page shows is configuration that the SDK takes.</summary>
public sealed class DocumentationLoadsTests
{
    public static TheoryData<string, int> Blocks()
    {
        var blocks = new TheoryData<string, int>();
        foreach (var page in Markdown.Pages)
        {
            for (var i = 0; i < Markdown.Blocks(Markdown.Read(page), "json").Count; i++)
            {
                blocks.Add(page, i);
            }
        }

        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_OfConfiguration_IsTaken(string page, int index)
    {
        // No exception: it lists what is wrong.
        var settings = Read(Markdown.Blocks(Markdown.Read(page), "json")[index]);

        Assert.NotNull(settings);
    }

    [Fact]
    public void Read_OfAWrongKey_IsRefused() =>
        Assert.Throws<DrResilienceConfigurationException>(() => Read("""{ "DrResilience": { "Dependencies": { "a": { "Retries": {} } } } }"""));

    [Fact]
    public void Read_OfAPartOfTheSection_IsOfThatSection() =>
        Assert.Throws<DrResilienceConfigurationException>(() => Read(""" "Health": { "ManagmentPort": 8081 } """));

    /// <summary>A whole file, the section, or a part of it; what belongs to another library only has to be JSON.</summary>
    private static DrResilienceSettings Read(string block)
    {
        var text = block.TrimStart();
        var json = text.StartsWith('{') ? text
            : text.StartsWith("\"DrResilience\"", StringComparison.Ordinal) ? $"{{ {text} }}"
            : $"{{ \"DrResilience\": {{ {text} }} }}";
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddDrResilience(dr => dr.AddRedis());
        using var kinds = builder.Services.BuildServiceProvider();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
        return DrResilienceSettingsReader.Read(configuration, isProduction: false, kinds: [.. kinds.GetServices<IDependencyKind>()]);
    }
}
