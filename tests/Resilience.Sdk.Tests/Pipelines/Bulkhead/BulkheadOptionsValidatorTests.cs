using Resilience.Pipelines.Bulkhead;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

public sealed class BulkheadOptionsValidatorTests
{
    private static readonly BulkheadOptions Adaptive = new() { Mode = BulkheadMode.Adaptive };

    public static TheoryData<BulkheadOptions, string[]> Cases() => new()
    {
        { new(), [] },
        { Adaptive, [] },
        { new() { PermitLimit = 0 }, ["PermitLimit"] },
        { new() { PermitLimit = 100_001 }, ["PermitLimit"] },
        { new() { QueueLimit = -1 }, ["QueueLimit"] },
        { new() { QueueLimit = 0, MaxQueueWait = TimeSpan.Zero }, [] },
        { new() { MaxQueueWait = TimeSpan.FromTicks(-1) }, ["MaxQueueWait"] },
        { new() { MaxQueueWait = TimeSpan.FromMinutes(10.1) }, ["MaxQueueWait"] },
        { new() { Mode = (BulkheadMode)7 }, ["Mode"] },
        { new() { PermitLimit = 1000, MinLimit = 0, MaxLimit = -1 }, [] },
        { Adaptive with { MinLimit = 0 }, ["MinLimit"] },
        { Adaptive with { MaxLimit = 0 }, ["MaxLimit"] },
        { Adaptive with { MinLimit = 50, MaxLimit = 49 }, ["MaxLimit"] },
        { Adaptive with { PermitLimit = 5 }, ["PermitLimit"] },
        { Adaptive with { PermitLimit = 201 }, ["PermitLimit"] },
        { Adaptive with { PermitLimit = 0, QueueLimit = -1, MinLimit = 0, MaxLimit = 0, MaxQueueWait = TimeSpan.MinValue }, ["PermitLimit", "QueueLimit", "MaxQueueWait", "MinLimit", "MaxLimit"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Problems_NamesEveryWrongKey(BulkheadOptions options, string[] keys)
    {
        var problems = BulkheadOptionsValidator.Problems(options).ToList();

        Assert.Equal(keys, problems.Select(problem => problem.Key));
        Assert.All(problems, problem => Assert.EndsWith(".", problem.Message, StringComparison.Ordinal));
    }
}
