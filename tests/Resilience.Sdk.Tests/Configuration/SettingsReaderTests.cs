using Microsoft.Extensions.Configuration;
using Resilience.DependencyInjection;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Sdk.Tests.Configuration;

public sealed class SettingsReaderTests
{
    private const string Regions = "DrResilience:Dependencies:payments-db:Postgres:Regions";
    private const string Postgres = "DrResilience:Dependencies:payments-db:Postgres";
    private const string Secret = "s3cr3t-Pa55";

    [Fact]
    public void Read_ContractsExample_ReadsEveryDatabaseKey()
    {
        var settings = Read(Valid(
            ("DrResilience:Region", "us-east-1"),
            ("DrResilience:Objectives:Tier", "1"),
            ("DrResilience:Objectives:Rto", "00:15:00"),
            ("DrResilience:Objectives:Rpo", "00:00:00"),
            ($"{Postgres}:Switch:Mode", "Hold"),
            ($"{Postgres}:Switch:Approvals", "3"),
            ($"{Postgres}:Switch:Corroboration", "available"),
            ($"{Postgres}:Failback:Mode", "manual"),
            ($"{Postgres}:Failback:PreferredRegion", "us-east-1"),
            ($"{Postgres}:Failback:MaxLag", "00:00:02"),
            ($"{Postgres}:Failback:HealthyFor", "00:05:00"),
            ($"{Postgres}:MaxOpensPerSecond", "2.5"),
            ($"{Postgres}:WaitForWriter", "00:00:10"),
            ($"{Postgres}:WarmConnections", "2"),
            ($"{Postgres}:MaxConcurrentOpens", "8"),
            ($"{Postgres}:OperationRetention", "1.00:00:00"),
            ("DrResilience:Health:ManagementPort", "8081")));

        var (name, database) = Assert.Single(settings.Databases);
        Assert.Equal("payments-db", name);
        Assert.Equal(["us-east-1", "us-west-2"], database.Regions.Select(region => region.Name));
        Assert.Equal(SwitchMode.Hold, database.Switch.Mode);
        Assert.Equal(
            new FailbackOptions { PreferredRegion = "us-east-1", MaxLag = TimeSpan.FromSeconds(2), HealthyFor = TimeSpan.FromMinutes(5) }, database.Failback);
        Assert.Equal(2.5, database.MaxOpensPerSecond);
        Assert.Equal(3, database.Switch.Approvals);
        Assert.Equal(TimeSpan.FromSeconds(10), database.WaitForWriter);
        Assert.Equal(2, database.WarmConnections);
        Assert.Equal(8, database.MaxConcurrentOpens);
        Assert.Equal(TimeSpan.FromDays(1), database.OperationRetention);
        Assert.Equal("us-east-1", settings.Region);
        Assert.Equal(TimeSpan.FromMinutes(15), settings.Objectives.Rto);
        Assert.Equal(8081, settings.Health.ManagementPort);
    }

    [Fact]
    public void Read_ContractsGateway_ReadsEveryKey()
    {
        const string gateway = "DrResilience:Dependencies:payment-gateway";
        var options = Read(
            ("DrResilience:Defaults:Retry:Delay", "00:00:00.5"),
            ("DrResilience:Defaults:Bulkhead:QueueLimit", "7"),
            ($"{gateway}:TotalRequestTimeout:Timeout", "00:00:05"),
            ($"{gateway}:Retry:MaxRetryAttempts", "2"),
            ($"{gateway}:Retry:MaxDelay", "00:00:02"),
            ($"{gateway}:Retry:BackoffType", "Exponential"),
            ($"{gateway}:Retry:UseJitter", "true"),
            ($"{gateway}:Retry:Budget:Ratio", "0.2"),
            ($"{gateway}:Retry:Budget:MinPerSecond", "4"),
            ($"{gateway}:CircuitBreaker:FailureRatio", "0.4"),
            ($"{gateway}:CircuitBreaker:MinimumThroughput", "21"),
            ($"{gateway}:CircuitBreaker:ConsecutiveFailures", "6"),
            ($"{gateway}:CircuitBreaker:SlowCallDuration", "00:00:02"),
            ($"{gateway}:CircuitBreaker:SlowCallRatio", "0.7"),
            ($"{gateway}:CircuitBreaker:BreakDuration", "00:00:31"),
            ($"{gateway}:CircuitBreaker:MaxBreakDuration", "00:05:00"),
            ($"{gateway}:CircuitBreaker:HalfOpen:Trials", "4"),
            ($"{gateway}:CircuitBreaker:HalfOpen:Timeout", "00:00:11"),
            ($"{gateway}:CircuitBreaker:Mode", "Observe"),
            ($"{gateway}:Bulkhead:Mode", "Adaptive"),
            ($"{gateway}:Bulkhead:PermitLimit", "90"),
            ($"{gateway}:Bulkhead:MaxQueueWait", "00:00:00.2"),
            ($"{gateway}:Hedging:Enabled", "true"),
            ($"{gateway}:Hedging:DelayPercentile", "0.9"),
            ($"{gateway}:AttemptTimeout:Timeout", "00:00:02")).Calls["payment-gateway"];

        Assert.Equal(TimeSpan.FromSeconds(5), options.TotalRequestTimeout.Timeout);
        Assert.Equal((2, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2)), (options.Retry.MaxRetryAttempts, options.Retry.Delay, options.Retry.MaxDelay));
        Assert.Equal((0.2, 4), (options.Retry.Budget!.Ratio, options.Retry.Budget.MinPerSecond));
        Assert.Equal((0.4, 21, 6), (options.CircuitBreaker.FailureRatio, options.CircuitBreaker.MinimumThroughput, options.CircuitBreaker.ConsecutiveFailures));
        Assert.Equal((TimeSpan.FromSeconds(2), 0.7), (options.CircuitBreaker.SlowCallDuration, options.CircuitBreaker.SlowCallRatio));
        Assert.Equal((4, TimeSpan.FromSeconds(11)), (options.CircuitBreaker.HalfOpen.Trials, options.CircuitBreaker.HalfOpen.Timeout));
        Assert.Equal(Resilience.Pipelines.CircuitBreaker.CircuitBreakerMode.Observe, options.CircuitBreaker.Mode);
        Assert.Equal((90, 7, TimeSpan.FromSeconds(0.2)), (options.Bulkhead.PermitLimit, options.Bulkhead.QueueLimit, options.Bulkhead.MaxQueueWait));
        Assert.Equal((true, 0.9), (options.Hedging.Enabled, options.Hedging.DelayPercentile));
        Assert.Equal(TimeSpan.FromSeconds(2), options.AttemptTimeout.Timeout);
    }

    [Fact]
    public void Read_NothingConfigured_HasDefaultsAndTakesTheRegionFromTheEnvironment()
    {
        var settings = Read(("AWS_REGION", "eu-west-1"));

        Assert.Empty(settings.Databases);
        Assert.Equal("eu-west-1", settings.Region);
    }

    [Fact]
    public void Read_OnlyRegions_HasTheDocumentedDefaults()
    {
        var database = Read(Valid()).Databases[0].Value;

        Assert.Equal(TimeSpan.FromSeconds(30), database.WaitForWriter);
        Assert.Equal(SwitchMode.Automatic, database.Switch.Mode);
        Assert.Equal(2, database.Switch.Approvals);
        Assert.Equal(4, database.WarmConnections);
        Assert.Equal(TimeSpan.FromDays(7), database.OperationRetention);
    }

    [Theory]
    [InlineData($"{Postgres}:WaitForWriter", "soon", "is not a duration", "'00:00:30'")]
    [InlineData($"{Postgres}:WaitForWriter", "30", "is not a duration", "hours:minutes:seconds")]
    [InlineData($"{Postgres}:WaitForWriter", "00:00:00", "is out of range", "'00:10:00'")]
    [InlineData($"{Postgres}:WaitForWriter", "-00:00:05", "is out of range", "'00:10:00'")]
    [InlineData($"{Postgres}:WaitForWritter", "00:00:10", "is not a known key", "Did you mean 'WaitForWriter'?")]
    [InlineData($"{Postgres}:Switch:Mode", "Automatik", "is not known", "Did you mean 'Automatic'?")]
    [InlineData("DrResilience:Dependencies:payments-db:Retry:MaxRetryAttempts", "2", "is not a known key", "Postgres")]
    [InlineData("DrResilience:Dependencies:cache:Redis:Configuration", "x", "needs the package Resilience.Redis", "dr.AddRedis()")]
    [InlineData("DrResilience:Dependencies:gw:Retry:MaxRetryAttempts", "-1", "is not a whole number from 0 to 100", "MaxRetryAttempts")]
    [InlineData("DrResilience:Dependencies:gw:Retry:Delay", "2", "is not a duration", "hours:minutes:seconds")]
    [InlineData("DrResilience:Dependencies:gw:Retry:UseJitter", "maybe", "is neither true nor false", "UseJitter")]
    [InlineData("DrResilience:Dependencies:gw:CircuitBreaker:FailureRatio", "50", "is not a number from 0 to 1", "FailureRatio")]
    [InlineData("DrResilience:Dependencies:gw:CircuitBreaker:HalfOpen:Trails", "3", "is not a known key", "Did you mean 'Trials'?")]
    [InlineData("DrResilience:Dependencies:gw:Bulkhead:Mode", "Adaptiv", "is not known", "Did you mean 'Adaptive'?")]
    [InlineData("DrResilience:Dependencies:gw:AttemptTimeout:Timeout", "00:01:00", "AttemptTimeout", "Total")]
    [InlineData("DrResilience:Dependencies:gw:Preset", "Microsft", "is not known", "Did you mean 'Microsoft'?")]
    [InlineData("DrResilience:Defaults:Retri:Delay", "00:00:01", "is not a known key", "Did you mean 'Retry'?")]
    [InlineData("DrResilience:Journal:MaxMegabytes", "0", "is not a whole number", "from 1 to")]
    [InlineData("DrResilience:Queues:payments:Workers", "4", "is not known", "dr.AddQueue")]
    [InlineData("DrResilience:Episodes:Dwell", "ten", "is not a duration", "hours:minutes:seconds")]
    [InlineData("DrResilience:Alerts:Alertmanager", "nowhere", "is not an absolute", "http")]
    [InlineData("DrResilience:Health:DrainDelay", "00:11:00", "is out of range", "00:10:00")]
    [InlineData("DrResilience:Health:Fleet", "nowhere", "is not a host with a port", "payment-service-headless:8081")]
    [InlineData("DrResilience:Health:Watchdog:PoolLagUnready", "00:00:00.5", "must lie between", "PoolFrozen")]
    [InlineData("DrResilience:Health:Checks:db:Intervall", "00:00:10", "is not a known key", "Interval")]
    [InlineData("DrResilience:Dependencies:api:Probe:Path", "health", "is not a path", "/health")]
    [InlineData("DrResilience:Dependencies:api:Probe:Path", "//evil.example/health", "is not a path", "/health")]
    [InlineData("DrResilience:Dependencies:payments-db:Probe:FailReady", "yes", "is neither true nor false", "FailReady")]
    [InlineData("DrResilience:Dependencies:other:Postgres", "text", "a section with keys is expected", "Postgres")]
    [InlineData($"{Regions}:7:Name", "", "is missing", ":Regions:7:Name")]
    [InlineData($"{Regions}:0:Name", "Host=a;Password=x", "looks like a connection string", "swapped")]
    [InlineData($"{Postgres}:Switch:Mode", "1", "is not known", "Allowed: Automatic, Approval, Hold")]
    [InlineData($"{Postgres}:Switch:Corroboration", "Strict", "needs at least 3 regions", "Available")]
    [InlineData($"{Postgres}:Switch:Approvals", "0", "is not a whole number from 1 to 10", "Approvals")]
    [InlineData($"{Postgres}:Switch", "Automatic", "a section with keys is expected", "Switch")]
    [InlineData($"{Postgres}:Failback", "Manual", "a section with keys is expected", "Failback")]
    [InlineData($"{Postgres}:Failback:Mode", "Automatic", "is not known", "Manual, Auto")]
    [InlineData($"{Postgres}:Failback:Mode", "Auto", "Failback:Mode is Auto", "Name the region that should write")]
    [InlineData($"{Postgres}:Failback:Mode", "Auto", "the SDK promotes nothing itself, and none is registered", "dr.AddSwitchover")]
    [InlineData($"{Postgres}:Failback:PreferredRegion", "us-east-2", "is not one of Regions: us-east-1, us-west-2", "Did you mean 'us-east-1'?")]
    [InlineData($"{Postgres}:Failback:MaxLag", "00:01:00", "is out of range", "00:00:20")]
    [InlineData($"{Postgres}:Failback:HealthyFor", "00:00:00", "is out of range", "7.00:00:00")]
    [InlineData($"{Postgres}:Failback:PreferedRegion", "x", "is not a known key", "Did you mean 'PreferredRegion'?")]
    [InlineData($"{Postgres}:MaxOpensPerSecond", "0", "is not a number from 0.01 to 10000", "MaxOpensPerSecond")]
    [InlineData($"{Postgres}:WarmConnections", "lots", "is not a whole number from 0 to 100", "WarmConnections")]
    [InlineData($"{Regions}:0:Nmae", "x", "is not a known key", "Did you mean 'Name'?")]
    [InlineData($"{Regions}:1:Name", "us-east-1", "is used twice", "unique")]
    [InlineData($"{Regions}:0:Name", "", "is missing", "us-east-1")]
    [InlineData("DrResilience:Dependancies:x", "y", "is not a known key", "Did you mean 'Dependencies'?")]
    [InlineData("DrResilience:Dependencies:other:Postgress:x", "y", "is not a known key", "Did you mean 'Postgres'?")]
    [InlineData("DrResilience:Objectives:Rto", "quick", "is not a duration", "Rto")]
    [InlineData("DrResilience:Objectives:Tier", "5", "is not a whole number from 1 to 4", "Tier")]
    [InlineData("DrResilience:Health:ManagementPort", "99999", "is not a whole number from 1 to 65535", "ManagementPort")]
    public void Read_OneThingWrong_NamesPathValueAndWayOut(string key, string value, string says, string wayOut)
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read(Valid((key, value))));

        var error = exception.Errors.First(error => error.Contains(says, StringComparison.Ordinal));
        Assert.Contains(wayOut, error, StringComparison.Ordinal);
        Assert.StartsWith(key[..key.LastIndexOf(':')], error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("", "is missing")]
    [InlineData("Database=app;Password=" + Secret, "has no Host")]
    [InlineData("Host=a,b;Password=" + Secret, "lists several hosts")]
    [InlineData("Host=a;Pooling=false;Password=" + Secret, "switches Pooling off")]
    [InlineData("Host=a;Multiplexing=true;Password=" + Secret, "switches Multiplexing on")]
    [InlineData("Host=a;Passwort=" + Secret, "part 2 of 2")]
    [InlineData("Host=a;Password=x;" + Secret, "part 3 of 3")]
    [InlineData("Host=a;Password=x;" + Secret + "=y", "part 3 of 3")]
    [InlineData("Host=a;Port=" + Secret, "part 2 of 2")]
    [InlineData("Host=a;Password='" + Secret, "cannot be read")]
    [InlineData("postgres://app:" + Secret + "@db/app", "cannot be read")]
    public void Read_ConnectionStringWrong_SaysWhatWithoutRepeatingIt(string? connectionString, string says)
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read(Valid(($"{Regions}:0:ConnectionString", connectionString))));

        var error = Assert.Single(exception.Errors);
        Assert.StartsWith($"{Regions}:0:ConnectionString", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DrResilience")]
    [InlineData("DrResilience:Region")]
    [InlineData("DrResilience:Objectives")]
    [InlineData("DrResilience:Objectives:Rto")]
    [InlineData("DrResilience:Objectives:Tier")]
    [InlineData("DrResilience:Dependencies")]
    [InlineData("DrResilience:Dependencies:p2")]
    [InlineData("DrResilience:Dependencies:p2:Postgres")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Regions")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Regions:0")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Regions:0:Name")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Regions:0:Unknown")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Switch")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Switch:Mode")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:WaitForWriter")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Failback")]
    [InlineData("DrResilience:Dependencies:p2:Postgres:Failback:PreferredRegion")]
    [InlineData("DrResilience:Health")]
    [InlineData("DrResilience:Health:ManagementPort")]
    public void Read_ConnectionStringInTheWrongPlace_IsNeverRepeated(string key)
    {
        var exception = Record.Exception(() => Read((key, $"Host=h;Username=app;Password={Secret}")));

        Assert.DoesNotContain(Secret, exception?.ToString() ?? "", StringComparison.Ordinal);
        Assert.True(exception is not null || key == "DrResilience:Region");
    }

    [Fact]
    public void Read_TwoRegionsAtOneServer_IsAnError()
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(
            () => Read(Valid(($"{Regions}:1:ConnectionString", "Host=east.example;Database=app;Password=other"))));

        Assert.Contains("east.example:5432/app", Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManyThingsWrong_NamesAllAtOnce()
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read(
            ("DrResilience:Dependencies:empty:Postgres:Regions", ""),
            ("DrResilience:Dependencies:empty:Postgres:WaitForWriter", "x"),
            ("DrResilience:Dependencies:nothing:Foo", "bar"),
            ("DrResilience:Objectives:Rpo", "x"),
            ("DrResilience:Typo", "x")));

        Assert.True(exception.Errors.Count >= 5, exception.Message);
        Assert.All(exception.Errors, error => Assert.Contains(error, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_AsText_ShowNoConnectionString()
    {
        var options = Read(Valid()).Databases[0].Value;

        Assert.DoesNotContain(Secret, options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, options.Regions[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, Read(Valid()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_WithoutRegionsOrWithABadConnectionString_Refuses()
    {
        Assert.Throws<ArgumentException>(() => RegionalDataSource.Create("db", new PostgresOptions { Regions = [] }));
        var exception = Assert.Throws<ArgumentException>(() => RegionalDataSource.Create(
            "db", new PostgresOptions { Regions = [new PostgresRegionOptions { Name = "a", ConnectionString = $"Host=a;Passwort={Secret}" }] }));
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
    }

    private static (string Key, string? Value)[] Valid(params (string Key, string? Value)[] changes) =>
    [
        ($"{Regions}:0:Name", "us-east-1"),
        ($"{Regions}:0:ConnectionString", $"Host=east.example;Database=app;Username=app;Password={Secret}"),
        ($"{Regions}:1:Name", "us-west-2"),
        ($"{Regions}:1:ConnectionString", $"Host=west.example;Database=app;Username=app;Password={Secret}"),
        .. changes,
    ];

    private static DrResilienceSettings Read(params (string Key, string? Value)[] values)
    {
        var last = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in values)
        {
            last[key] = value;
        }

        return DrResilienceSettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(last).Build(), isProduction: true);
    }
}
