using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Resilience.Degradation;
using Resilience.Degradation.Plan;
using Resilience.DependencyInjection;
using Resilience.Sdk.Tests.Architecture;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>A plan that names what is not there never comes into use, and says all of it at once.</summary>
public sealed class DegradationPlanReaderTests
{
    private static readonly Dictionary<string, string?> Valid = new(StringComparer.Ordinal)
    {
        ["DrResilience:Dependencies:elasticsearch:Retry:MaxRetryAttempts"] = "1",
        ["FeatureManagement:instant-checkout"] = "true",
        ["degradation_config:search:dependency"] = "elasticsearch",
        ["degradation_config:search:on_failure:0:action"] = "fallback",
        ["degradation_config:search:on_failure:0:use"] = "database",
        ["degradation_config:search:on_failure:1:action"] = "alert",
        ["degradation_config:search:on_failure:1:severity"] = "critical",
        ["degradation_config:search:on_failure:1:message"] = "down",
        ["degradation_config:search:on_failure:2:action"] = "disable_feature",
        ["degradation_config:search:on_failure:2:feature"] = "instant-checkout",
        ["degradation_config:search:on_failure:3:action"] = "reduce_personalization",
        ["degradation_config:search:on_failure:3:level"] = "generic",
        ["degradation_config:search:on_failure:4:action"] = "queue_for_retry",
        ["degradation_config:search:on_failure:4:message"] = "later",
        ["degradation_config:search:on_failure:5:action"] = "page_on_call",
        ["degradation_config:search:on_failure:5:team"] = "search",
    };

    [Fact]
    public void Valid_IsReadInItsOrder()
    {
        var rule = Assert.Single(Read(Valid).Rules.Values);

        Assert.Equal(("search", "elasticsearch"), (rule.Service, rule.Dependency));
        Assert.Equal(new FallbackAction("database"), rule.Actions[0]);
        Assert.Equal(new AlertAction(AlertSeverity.Critical, "down"), rule.Actions[1]);
        Assert.Equal(new DisableFeatureAction("instant-checkout"), rule.Actions[2]);
        Assert.Equal(new ReducePersonalizationAction("generic"), rule.Actions[3]);
        Assert.Equal(new QueueAction("later"), rule.Actions[4]);
        Assert.Equal("search", Assert.IsType<CustomAction>(rule.Actions[5]).Settings["team"]);
    }

    /// <summary>The specification's file, byte for byte, is the sample's; whoever changes either finds out here.</summary>
    [Fact]
    public void SpecificationsFile_IsUnchanged_AndReadAsItStands()
    {
        var path = RepositoryRoot.Combine("samples", "PaymentService", "degradation.yaml");
        Assert.Equal("e8c3bc9520a9faced8eda94643a33e6e8a3dd1a25974c9054ba90e4a6fbb7a5f", Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));

        var read = new ConfigurationBuilder().AddDrYaml(path).Build().AsEnumerable().Where(pair => pair.Value is not null).ToDictionary(StringComparer.Ordinal);

        Assert.Equal(
            ["payment_service", "recommendation_engine", "search_service"],
            read.Keys.Where(key => key.EndsWith(":dependency", StringComparison.Ordinal)).Select(key => key.Split(':')[1]).Order());
        Assert.Equal("queue_for_retry", read["degradation_config:payment_service:on_failure:0:action"]);
        Assert.Equal("Payment queued. You'll receive confirmation shortly.", read["degradation_config:payment_service:on_failure:0:message"]);
        Assert.Equal("instant-checkout", read["degradation_config:payment_service:on_failure:1:feature"]);
        Assert.Equal("cached_exchange_rates", read["degradation_config:payment_service:on_failure:2:use"]);
        Assert.Equal("generic", read["degradation_config:recommendation_engine:on_failure:1:level"]);
        Assert.Equal("warning", read["degradation_config:search_service:on_failure:1:severity"]);
    }

    [Theory]
    [InlineData("dependency", "elasticsaerch", "elasticsearch")]
    [InlineData("on_failure:0:action", "falback", "fallback")]
    [InlineData("on_failure:0:use", "databse", "database")]
    [InlineData("on_failure:1:severity", "criticl", "Critical")]
    [InlineData("on_failure:2:feature", "instant-chekout", "instant-checkout")]
    [InlineData("on_failure:3:level", "generc", "generic")]
    public void Typo_NamesPathValueAndTheNearestName(string key, string value, string meant)
    {
        var error = Assert.Single(Errors(new(Valid, StringComparer.Ordinal) { [$"degradation_config:search:{key}"] = value }));

        Assert.StartsWith($"degradation_config:search:{key} = '{value}'", error, StringComparison.Ordinal);
        Assert.Contains($"Did you mean '{meant}'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_IsSaidAtOnce() => Assert.Equal(4, Errors(new(Valid, StringComparer.Ordinal)
    {
        ["degradation_config:search:dependency"] = "nobody",
        ["degradation_config:search:on_failure:0:use"] = "nothing",
        ["degradation_config:search:on_failure:1:mesage"] = "typo",
        ["degradation_config:pay:dependency"] = "elasticsearch",
    }).Count);

    [Fact]
    public void QueueWithoutCode_SaysHowToAddIt()
    {
        var error = Assert.Single(Errors(new(StringComparer.Ordinal)
        {
            ["DrResilience:Dependencies:gateway:Retry:MaxRetryAttempts"] = "1",
            ["degradation_config:payments:dependency"] = "gateway",
            ["degradation_config:payments:on_failure:0:action"] = "queue_for_retry",
        }));

        Assert.Contains("dr.AddQueue(\"payments\", …)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void SameServiceInBothPlaces_IsAnError()
    {
        var errors = Errors(new(Valid, StringComparer.Ordinal)
        {
            ["DrResilience:Degradation:search:dependency"] = "elasticsearch",
            ["DrResilience:Degradation:search:on_failure:0:action"] = "reduce_personalization",
            ["DrResilience:Degradation:search:on_failure:0:level"] = "generic",
        });

        Assert.Contains("is defined in DrResilience:Degradation, too", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static DegradationPlan Read(Dictionary<string, string?> values)
    {
        var catalog = new DegradationCatalog();
        catalog.Fallbacks.Add("database");
        catalog.Queues.Add("search");
        catalog.Actions.Add("page_on_call");
        return DrResilienceSettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), isProduction: true, new NamesInCode(catalog, [])).Degradation;
    }

    private static IReadOnlyList<string> Errors(Dictionary<string, string?> values) => Assert.Throws<DrResilienceConfigurationException>(() => Read(values)).Errors;
}
