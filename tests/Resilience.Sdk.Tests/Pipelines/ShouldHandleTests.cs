using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Polly.CircuitBreaker;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines;

/// <summary>The application says which exceptions are failures of a dependency.</summary>
public sealed class ShouldHandleTests
{
    [Fact]
    public async Task Answer_IsNotRepeated_AndDoesNotOpenTheCircuit()
    {
        using var host = Host("DeclinedException");
        var (dependency, calls) = (host.Services.GetRequiredService<IDependencies>()["cards"], 0);

        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<DeclinedException>(async () => await dependency.ExecuteAsync(_ =>
            {
                calls++;
                throw new DeclinedException();
            }));
        }

        Assert.Equal((20, CircuitBreakerState.Closed), (calls, dependency.Circuit));
    }

    [Fact]
    public async Task Failure_IsRepeated_AndOpensTheCircuit_AlsoThroughThePipeline()
    {
        using var host = Host("DeclinedException");
        var (dependency, calls) = (host.Services.GetRequiredService<IDependencies>()["cards"], 0);

        await Assert.ThrowsAsync<IOException>(async () => await dependency.Pipeline.ExecuteAsync(_ =>
        {
            calls++;
            throw new IOException();
        }));

        Assert.Equal((2, CircuitBreakerState.Open), (calls, dependency.Circuit));
        await Assert.ThrowsAnyAsync<BrokenCircuitException>(async () => await dependency.ExecuteAsync(_ => throw new DeclinedException()));
    }

    [Fact]
    public async Task PredicateThrows_ItIsAFailure()
    {
        using var host = Host("");
        var (dependency, calls) = (host.Services.GetRequiredService<IDependencies>()["cards"], 0);

        await Assert.ThrowsAsync<DeclinedException>(async () => await dependency.ExecuteAsync(_ =>
        {
            calls++;
            throw new DeclinedException();
        }));

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task TimeOutOfAnAttempt_IsAFailure_WhateverIsSaid()
    {
        var (time, calls, second) = (new ManualTimeProvider(), 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var options = new DependencyOptions
        {
            Retry = new RetryOptions { MaxRetryAttempts = 1, Delay = TimeSpan.Zero, UseJitter = false, Budget = null },
            AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) },
            ShouldHandle = _ => false,
        };
        var dependency = new Dependency("cards", options, time, () => new Random(1));
        var call = dependency.ExecuteAsync(async token =>
        {
            if (++calls == 2)
            {
                second.SetResult();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, time, token);
        }).AsTask();
        time.Advance(TimeSpan.FromSeconds(1.1));
        await second.Task.WaitAsync(TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(1.1));

        await Assert.ThrowsAsync<Polly.Timeout.TimeoutRejectedException>(() => call);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Reload_KeepsWhatWasSaid()
    {
        var (builder, configuration) = Builder("DeclinedException");
        using var host = builder.Build();
        var (dependency, calls) = (host.Services.GetRequiredService<IDependencies>()["cards"], 0);
        configuration["DrResilience:Dependencies:cards:Retry:MaxRetryAttempts"] = "3";
        configuration["DrResilience:Dependencies:cards:CircuitBreaker:ConsecutiveFailures"] = "100";
        ((Microsoft.Extensions.Configuration.IConfigurationRoot)configuration).Reload();

        await Assert.ThrowsAsync<DeclinedException>(async () => await dependency.ExecuteAsync(_ =>
        {
            calls++;
            throw new DeclinedException();
        }));
        await Assert.ThrowsAsync<IOException>(async () => await dependency.ExecuteAsync(_ =>
        {
            calls++;
            throw new IOException();
        }));
        Assert.Equal(1 + 4, calls);
    }

    [Fact]
    public void SaidTwice_OrOfADatabase_IsAnError()
    {
        var (builder, configuration) = Builder("DeclinedException");
        Assert.Throws<ArgumentException>(() => builder.AddDrResilience(dr => dr.ShouldHandle("cards", _ => true)));

        configuration["DrResilience:Dependencies:ledger:Postgres:Regions:0:Name"] = "east";
        configuration["DrResilience:Dependencies:ledger:Postgres:Regions:0:ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x;Password=x";
        builder.AddDrResilience(dr => dr.ShouldHandle("ledger", _ => true));
        using var host = builder.Build();
        Assert.Contains("ShouldHandle names 'ledger', which is a database", Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IDependencies>()).Message, StringComparison.Ordinal);
    }

    private static IHost Host(string answer) => Builder(answer).Builder.Build();

    private static (HostApplicationBuilder Builder, Microsoft.Extensions.Configuration.IConfiguration Configuration) Builder(string answer)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["DrResilience:Dependencies:cards:Retry:MaxRetryAttempts"] = "1";
        builder.Configuration["DrResilience:Dependencies:cards:Retry:Delay"] = "00:00:00.001";
        builder.Configuration["DrResilience:Dependencies:cards:CircuitBreaker:ConsecutiveFailures"] = "2";
        builder.AddDrResilience(dr => dr.ShouldHandle("cards", exception => answer.Length == 0 ? throw new FormatException("wrong") : exception.GetType().Name != answer));
        return (builder, builder.Configuration);
    }

#pragma warning disable CA1032, CA1064, RCS1194 // One test's.
    private sealed class DeclinedException : Exception;
#pragma warning restore CA1032, CA1064, RCS1194
}
