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
        var record = new TailRecord("payments-db", "add", "op-1", 7, new DateTimeOffset(2026, 11, 28, 1, 2, 3, TimeSpan.Zero), [1, 2, 3]);
        var read = TailRecord.Read(record.Write());

        Assert.Equal((record.Database, record.Operation, record.OperationId, record.Epoch, record.CommittedAt), (read.Database, read.Operation, read.OperationId, read.Epoch, read.CommittedAt));
        Assert.Equal(record.Payload, read.Payload);
    }

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
