using GameDay.History;
using GameDay.Reporting;

namespace Resilience.ChaosTests.Reporting;

public sealed class HistoryFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-history-").FullName;

    private string FilePath => Path.Combine(_directory, HistoryFile.Name);

    [Fact]
    public async Task Read_WhatWasWritten_GivesTheSameOperations()
    {
        IReadOnlyList<Operation> operations =
        [
            .. SampleRun.Operations(),
            new()
            {
                Kind = OperationKind.ListPayments,
                Key = "a\n\"b\"",
                PaymentId = "p-1",
                IntendedAt = TimeSpan.FromTicks(1),
                SentAt = TimeSpan.FromTicks(36_000_000_001),
                EndedAt = TimeSpan.FromTicks(36_000_000_003),
                Outcome = Outcome.Failed,
                Region = "us-west-2",
                Error = "line one\nline two",
            },
        ];

        await HistoryFile.WriteAsync(FilePath, operations, default);

        Assert.Equal(operations, HistoryFile.Read(FilePath));
        Assert.Equal(operations.Count, (await File.ReadAllLinesAsync(FilePath)).Length);
    }

    [Fact]
    public async Task Write_AnOperation_IsALineThatOtherLanguagesRead()
    {
        await HistoryFile.WriteAsync(FilePath, [SampleRun.Request(1, 1.25) with { Key = "k" }], default);

        Assert.Equal(
            """{"kind":"pay","key":"k","amount":0,"attempts":1,"intendedAt":1,"sentAt":1,"endedAt":1.25,"status":201,"outcome":"succeeded"}""",
            Assert.Single(await File.ReadAllLinesAsync(FilePath)));
    }

    [Theory]
    [InlineData("{\"kind\":\"pay\"")]
    [InlineData("{\"kind\":\"pay\"}")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Read_ADamagedLine_IsRefusedWithItsNumber(string damaged)
    {
        await HistoryFile.WriteAsync(FilePath, [SampleRun.Request(1, 2)], default);
        await File.AppendAllTextAsync(FilePath, damaged + "\n");

        var error = Assert.Throws<InvalidDataException>(() => HistoryFile.Read(FilePath));

        Assert.Contains($"{FilePath}:2: ", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
