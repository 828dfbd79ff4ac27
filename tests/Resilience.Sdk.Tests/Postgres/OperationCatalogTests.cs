using System.Text.Json;
using System.Text.Json.Serialization;
using Resilience.Postgres;
using Resilience.Postgres.Tail;

namespace Resilience.Sdk.Tests.Postgres;

public sealed class OperationCatalogTests
{
    [Fact]
    public void Record_WrittenAndRead_IsTheSame()
    {
        var record = new TailRecord(
            "payments-db", "add", "op-1", new WriterHistory(1, "east", 7, 2), new DateTimeOffset(2026, 11, 28, 1, 2, 3, TimeSpan.Zero), new DateTimeOffset(2026, 12, 1, 1, 2, 3, TimeSpan.Zero), true, [1, 2, 3]);
        var read = TailRecord.Read(record.Write());

        Assert.Equal(record with { Payload = read.Payload }, read);
        Assert.Equal(record.Payload, read.Payload);
    }

    /// <summary>One claim may be lost and its number given again, and a server may be replaced by its own standby: neither has what the other had.</summary>
    [Theory]
    [InlineData(1, "east", 7, 2, false)]
    [InlineData(1, "east", 7, 3, true)]
    [InlineData(1, "west", 7, 2, true)]
    [InlineData(1, "west", 8, 3, true)]
    [InlineData(1, "west", 6, 3, false)]
    [InlineData(2, "west", 8, 3, false)]
    public void MayLack_AnotherReignOverTheSameCluster_ThatIsNotEarlier(long cluster, string region, long epoch, int timeline, bool expected) =>
        Assert.Equal(expected, new WriterHistory(cluster, region, epoch, timeline).MayLack(new WriterHistory(1, "east", 7, 2)));

    [Theory]
    [InlineData(new byte[] { 2, 0, 0 }, "version 2")]
    [InlineData(new byte[] { 1, 200 }, "none of this program's")]
    public void Read_WhatIsNoRecord_SaysSo(byte[] bytes, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => TailRecord.Read(bytes)).Message, StringComparison.Ordinal);

    [Fact]
    public void Operation_WrittenAndRead_HasItsDataAndNoResult()
    {
        var catalog = Catalog();
        var (name, payload) = catalog.Write(new Add(5) { Result = 3 });

        Assert.True(catalog.TryRead(name, payload, out var read));
        Assert.Equal(new Add(5), read);
    }

    [Fact]
    public void TryRead_UnknownNameOrOtherShape_IsFalse()
    {
        var catalog = Catalog();

        Assert.False(catalog.TryRead("removed", "{}"u8, out _));
        Assert.False(catalog.TryRead("add", "[1]"u8, out _));
        Assert.False(catalog.TryRead("add", "null"u8, out _));
    }

    [Fact]
    public void Write_TypeThatWasNotAdded_NamesTheWayOut() =>
        Assert.Contains("dr.AddOperation<Add>", Assert.Throws<InvalidOperationException>(() => new OperationCatalog().Write(new Add(1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Add_NameOrTypeTwice_IsRefused()
    {
        var catalog = Catalog();

        Assert.Throws<ArgumentException>(() => catalog.Add("add", JsonSerializerOptions.Web.GetTypeInfo(typeof(Add))));
        Assert.Throws<ArgumentException>(() => catalog.Add("other", JsonSerializerOptions.Web.GetTypeInfo(typeof(Add))));
    }

    private static OperationCatalog Catalog()
    {
        var catalog = new OperationCatalog();
        catalog.Add("add", JsonSerializerOptions.Web.GetTypeInfo(typeof(Add)));
        return catalog;
    }

    private sealed record Add(int Amount) : IReplayableOperation
    {
        [JsonIgnore]
        public int? Result { get; init; }

        public Task ApplyAsync(OperationContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
