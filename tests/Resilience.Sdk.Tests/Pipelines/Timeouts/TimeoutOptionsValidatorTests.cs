using Resilience.Pipelines.Timeouts;

namespace Resilience.Sdk.Tests.Pipelines.Timeouts;

public sealed class TimeoutOptionsValidatorTests
{
    [Fact]
    public void Defaults_AreThoseOfTheStandardHandler()
    {
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)), (TimeoutOptions.Total.Timeout, TimeoutOptions.Attempt.Timeout));
        Assert.Empty(TimeoutOptionsValidator.Problems(TimeoutOptions.Total, TimeoutOptions.Attempt));
    }

    [Theory]
    [InlineData(1000, true, 1000, true, "")]
    [InlineData(1000, true, 1001, true, "AttemptTimeout:Timeout=00:00:01.0010000")]
    [InlineData(1000, true, 2000, false, "")]
    [InlineData(1000, false, 2000, true, "")]
    [InlineData(9, true, 9, true, "TotalRequestTimeout:Timeout=00:00:00.0090000 AttemptTimeout:Timeout=00:00:00.0090000")]
    [InlineData(86_400_001, true, 100, true, "TotalRequestTimeout:Timeout=1.00:00:00.0010000")]
    public void Problems_Options_AllAtOnce(int total, bool totalEnabled, int attempt, bool attemptEnabled, string expected)
    {
        var problems = TimeoutOptionsValidator.Problems(
            new TimeoutOptions { Timeout = TimeSpan.FromMilliseconds(total), Enabled = totalEnabled },
            new TimeoutOptions { Timeout = TimeSpan.FromMilliseconds(attempt), Enabled = attemptEnabled });

        Assert.Equal(expected, string.Join(' ', problems.Select(problem => $"{problem.Key}={problem.Value}")));
    }
}
