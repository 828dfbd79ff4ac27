using Microsoft.Extensions.Configuration;
using Resilience.DependencyInjection;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Inbound;

namespace Resilience.Sdk.Tests.Pipelines.Inbound;

public sealed class InboundOptionsReaderTests
{
    [Fact]
    public void Read_Nothing_HasTheDefaults()
    {
        var options = Read();

        Assert.Equal(new InboundOptions(), options);
        Assert.Equal((BulkheadMode.Adaptive, 500, 1000, 10_000), (options.Bulkhead.Mode, options.Bulkhead.MinLimit, options.Bulkhead.PermitLimit, options.Bulkhead.MaxLimit));
        Assert.Empty(BulkheadOptionsValidator.Problems(options.Bulkhead));
    }

    [Fact]
    public void Read_Everything_IsTaken()
    {
        var options = Read(
            ("Deadline:Enabled", "false"),
            ("Deadline:Max", "00:00:30"),
            ("RetryAfter", "00:00:05"),
            ("Bulkhead:Enabled", "false"),
            ("Bulkhead:Mode", "Fixed"),
            ("Bulkhead:PermitLimit", "50"),
            ("Bulkhead:MinLimit", "2"),
            ("Bulkhead:MaxLimit", "60"),
            ("Bulkhead:QueueLimit", "0"),
            ("Bulkhead:MaxQueueWait", "00:00:00.5"));

        Assert.Equal(new InboundDeadlineOptions { Enabled = false, Max = TimeSpan.FromSeconds(30) }, options.Deadline);
        Assert.Equal(TimeSpan.FromSeconds(5), options.RetryAfter);
        Assert.Equal(
            new BulkheadOptions { Enabled = false, PermitLimit = 50, MinLimit = 2, MaxLimit = 60, QueueLimit = 0, MaxQueueWait = TimeSpan.FromSeconds(0.5) },
            options.Bulkhead);
    }

    [Theory]
    [InlineData("Deadline:Max", "00:00:00")]
    [InlineData("Deadline:Max", "2.00:00:00")]
    [InlineData("Deadline:Enabled", "perhaps")]
    [InlineData("Deadline:Maximum", "00:00:01")]
    [InlineData("RetryAfter", "00:00:00")]
    [InlineData("RetryAfter", "5")]
    [InlineData("Bulkhead:PermitLimit", "10")]
    [InlineData("Bulkhead:MaxLimit", "499")]
    [InlineData("Bulkhead:Permits", "10")]
    [InlineData("Bulkheads:PermitLimit", "10")]
    public void Read_Wrong_NamesThePath(string key, string value)
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read((key, value)));

        Assert.StartsWith($"DrResilience:Inbound:{key.Split(':')[0]}", Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    private static InboundOptions Read(params (string Key, string Value)[] settings) => DrResilienceSettingsReader.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"DrResilience:Inbound:{setting.Key}", (string?)setting.Value)))
            .Build(),
        isProduction: true).Inbound;
}
