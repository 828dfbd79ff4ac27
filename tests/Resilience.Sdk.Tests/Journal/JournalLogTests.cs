using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Journal;

namespace Resilience.Sdk.Tests.Journal;

/// <summary>What was acknowledged is found again, and nothing else is.</summary>
public sealed class JournalLogTests
{
    private static readonly JournalOptions Options = new() { Path = "simulated", MaxBytes = 1024 * 1024, SegmentBytes = 64 * 1024 };

    [Fact]
    public async Task Append_IsFoundAgain_InOrder()
    {
        using var disk = new SimulatedDisk();
        using (var journal = Open(disk))
        {
            await journal.AppendAsync(Bytes("one"), default);
            await journal.AppendAsync(Bytes("two"), default);
        }

        using (var journal = Open(disk))
        {
            Assert.Equal(["one", "two"], Texts(journal));
            await journal.AppendAsync(Bytes("three"), default);
        }

        using var again = Open(disk);
        Assert.Equal(["one", "two", "three"], Texts(again));
    }

    [Fact]
    public async Task Appends_AtOnce_ShareSyncs()
    {
        using var disk = new SimulatedDisk();
        using var first = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        disk.Before = what =>
        {
            if (what == "sync")
            {
                first.Set();
                go.Wait();
            }
        };
        using var journal = Open(disk);
        go.Set();
        await journal.AppendAsync(Bytes("begins the file"), default);
        var before = disk.Syncs;
        go.Reset();
        first.Reset();
        var alone = journal.AppendAsync(Bytes("first"), default);
        first.Wait();
        var others = Enumerable.Range(0, 100).Select(i => journal.AppendAsync(Bytes($"{i}"), default)).ToList();
        Assert.False(alone.IsCompleted);
        go.Set();
        await Task.WhenAll(others.Append(alone));

        Assert.Equal(before + 2, disk.Syncs);
    }

    [Fact]
    public async Task Segments_RotateBySize_AndGoWhenAllIsReleased()
    {
        using var disk = new SimulatedDisk();
        using var journal = Open(disk);
        var segments = new List<long>();
        for (var i = 0; i < 300; i++)
        {
            segments.Add(await journal.AppendAsync(new byte[1000], default));
        }

        Assert.InRange(disk.Lengths.Count, 4, 6);
        Assert.All(disk.Lengths.Values, length => Assert.True(length <= Options.SegmentBytes));
        segments.ForEach(journal.Release);
        await journal.AppendAsync(Bytes("wakes the writer"), default);
        await journal.AppendAsync(Bytes("which has swept before this"), default);

        Assert.Single(disk.Lengths);
        Assert.Equal(disk.Lengths.Values.Single(), journal.Bytes);
    }

    [Fact]
    public async Task Full_IsAnError_UntilThereIsRoom()
    {
        using var disk = new SimulatedDisk();
        using var journal = Open(disk);
        var segments = new List<long>();
        var error = await Assert.ThrowsAsync<JournalException>(async () =>
        {
            while (true)
            {
                segments.Add(await journal.AppendAsync(new byte[10_000], default));
            }
        });
        Assert.Contains("full", error.Message, StringComparison.Ordinal);
        Assert.InRange(journal.Bytes, Options.MaxBytes * 9 / 10, Options.MaxBytes);

        segments.ForEach(journal.Release);
        await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(new byte[FrameFormat.MaxRecord], default));
        await journal.AppendAsync(new byte[10_000], default);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("sync")]
    [InlineData("create")]
    public async Task DiskFails_IsAnError_HealsByItself_AndLosesNothingElse(string what)
    {
        using var disk = new SimulatedDisk();
        using var journal = Open(disk);
        await journal.AppendAsync(Bytes("before"), default);
        var failures = what == "create" ? 0 : 1;
        disk.Before = step =>
        {
            if (step == what || (what == "create" && step == "write" && failures++ == 0))
            {
                throw new IOException("No space left on device");
            }
        };
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Bytes("lost"), default));
        }

        Assert.Equal("disk", journal.Trouble);
        disk.Before = null;
        await journal.AppendAsync(Bytes("after"), default);
        Assert.Null(journal.Trouble);

        using var again = Open(disk.AfterCrash(new Random(1)));
        Assert.Equal(["before", "after"], Texts(again));
        Assert.Equal(0, again.SetAside);
    }

    [Fact]
    public async Task ByteChangedInside_FileIsSetAside_WhatIsReadableIsKept()
    {
        using var disk = new SimulatedDisk();
        using (var journal = Open(disk))
        {
            foreach (var text in new[] { "one", "two", "three" })
            {
                await journal.AppendAsync(Bytes(text), default);
            }
        }

        disk.Flip(disk.List()[0], FrameFormat.FileHeader.Length + FrameFormat.FrameOf(FrameFormat.LengthOf(3)) + FrameFormat.FrameOf(5));
        using (var journal = Open(disk))
        {
            Assert.Equal(["one", "three"], Texts(journal));
            Assert.Equal(1, journal.SetAside);
        }

        Assert.Contains(disk.List(), name => name.EndsWith(".broken", StringComparison.Ordinal));
        using var again = Open(disk);
        Assert.Equal(["one", "three"], Texts(again));
        Assert.Equal(0, again.SetAside);
    }

    [Fact]
    public async Task AnyBytesAnyDamage_AnAlteredRecordIsNeverRead()
    {
        var random = new Random(20250101);
        for (var round = 0; round < 200; round++)
        {
            using var disk = new SimulatedDisk();
            var written = new HashSet<string>(StringComparer.Ordinal);
            using (var journal = Open(disk))
            {
                for (var i = random.Next(1, 20); i > 0; i--)
                {
                    var content = new byte[random.Next(1, 300)];
                    random.NextBytes(content);
                    written.Add(Convert.ToHexString(content));
                    await journal.AppendAsync(content, default);
                }
            }

            var name = disk.List()[0];
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                disk.Flip(name, random.Next(disk.Lengths[name]));
            }

            using var again = Open(disk);
            Assert.All(again.Recovered, record => Assert.Contains(Convert.ToHexString(record.Content.Span), written));
        }
    }

    [Fact]
    public async Task SecondProcess_IsRefused_WithAWayOut()
    {
        var path = Directory.CreateTempSubdirectory("dr-journal-").FullName;
        try
        {
            var options = Options with { Path = path };
            using (var journal = JournalLog.Open(options, NullLogger.Instance))
            {
                var error = Assert.Throws<JournalException>(() => JournalLog.Open(options, NullLogger.Instance));
                Assert.Contains("DrResilience:Journal:Path", error.Message, StringComparison.Ordinal);
                await journal.AppendAsync(Bytes("kept"), default);
            }

            using var again = JournalLog.Open(options, NullLogger.Instance);
            Assert.Equal(["kept"], Texts(again));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Fact]
    public void FolderThatCannotBeMade_IsSaid() =>
        Assert.Contains("/dev/null/journal", Assert.Throws<JournalException>(() => JournalLog.Open(Options with { Path = "/dev/null/journal" }, NullLogger.Instance)).Message, StringComparison.Ordinal);

    private static JournalLog Open(SimulatedDisk disk) => JournalLog.Open(Options, disk, NullLogger.Instance);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static IEnumerable<string> Texts(JournalLog journal) => journal.Recovered.Select(record => Encoding.UTF8.GetString(record.Content.Span));
}
