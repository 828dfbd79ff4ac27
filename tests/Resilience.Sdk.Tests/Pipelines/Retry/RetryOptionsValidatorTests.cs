using Resilience.Pipelines.Retry;

namespace Resilience.Sdk.Tests.Pipelines.Retry;

public sealed class RetryOptionsValidatorTests
{
    public static TheoryData<RetryOptions, string> Cases => new()
    {
        { new RetryOptions(), "" },
        { new RetryOptions { MaxDelay = null, Budget = null, Delay = TimeSpan.FromSeconds(2) }, "" },
        { new RetryOptions { MaxRetryAttempts = -1 }, "MaxRetryAttempts=-1" },
        { new RetryOptions { MaxRetryAttempts = 101 }, "MaxRetryAttempts=101" },
        { new RetryOptions { Delay = TimeSpan.FromTicks(-1) }, "Delay=-00:00:00.0000001" },
        { new RetryOptions { Delay = TimeSpan.FromMinutes(1) }, "MaxDelay=00:00:30" },
        { new RetryOptions { MaxDelay = TimeSpan.Zero }, "MaxDelay=00:00:00" },
        { new RetryOptions { MaxDelay = TimeSpan.FromDays(2) }, "MaxDelay=2.00:00:00" },
        { new RetryOptions { BackoffType = (BackoffType)7, Jitter = (JitterKind)8 }, "BackoffType=7 Jitter=8" },
        { new RetryOptions { Budget = new() { Ratio = double.NaN, MinPerSecond = 101 } }, "Budget:Ratio=NaN Budget:MinPerSecond=101" },
        { new RetryOptions { Budget = new() { Ratio = 1.5, MinPerSecond = -1 } }, "Budget:Ratio=1.5 Budget:MinPerSecond=-1" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Problems_Options_AllAtOnce(RetryOptions options, string expected) =>
        Assert.Equal(expected, string.Join(' ', RetryOptionsValidator.Problems(options).Select(problem => $"{problem.Key}={problem.Value}")));
}
