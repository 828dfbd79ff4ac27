using Npgsql;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Sdk.Tests.Postgres;

public sealed class FailureClassifierTests
{
    [Theory]
    [InlineData("53100", RegionFailureKind.DiskFull, true, "its disk is full (53100)")]
    [InlineData("25006", RegionFailureKind.NotWritable, true, "the server refuses writes (25006): it is not the writer")]
    [InlineData("57P01", RegionFailureKind.NotServing, false, "the server is not serving (57P01: words)")]
    public void OfUse_AStateThatBlamesTheRegion_IsTheRegionsFailure(string state, object kind, bool refusesWrites, string message)
    {
        var failure = FailureClassifier.OfUse(new PostgresException("words", "ERROR", "ERROR", state), isBroken: false);

        Assert.Equal(new RegionFailure((RegionFailureKind)kind, message) { RefusesWrites = refusesWrites }, failure);
        Assert.True(failure!.IsFromHost);
    }

    [Theory]
    [InlineData("23505")]
    [InlineData("42501")]
    [InlineData("53400")]
    public void OfUse_AStateOfTheWorkItself_BlamesNobody(string state) =>
        Assert.Null(FailureClassifier.OfUse(new PostgresException("words", "ERROR", "ERROR", state), isBroken: false));

    [Fact]
    public void OfOpen_ThePasswordProviderThrew_IsSaidWithoutItsWords()
    {
        var failure = FailureClassifier.OfOpen(new NpgsqlException("An exception was thrown from the periodic password provider", new InvalidOperationException("s3cr3t")));

        Assert.Equal(RegionFailureKind.Rejected, failure!.Kind);
        Assert.Equal("the password provider that the application set threw InvalidOperationException, so there is no password for it", failure.Message);
    }
}
