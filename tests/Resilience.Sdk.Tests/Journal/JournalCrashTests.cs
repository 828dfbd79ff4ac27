using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Journal;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Journal;

/// <summary>Five hundred crashes at random points: what was acknowledged is there, and nothing that was never written.</summary>
public sealed class JournalCrashTests(ITestOutputHelper output)
{
    private const int Crashes = 500;
    private const int Callers = 8;
    private static readonly JournalOptions Options = new() { Path = "simulated", MaxBytes = 1024 * 1024, SegmentBytes = 4096 };

    [Fact]
    public async Task RandomCrashPoints_AcknowledgedIsFound_NothingElseIsMadeUp()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var disk = new SimulatedDisk();
        var acknowledged = new ConcurrentDictionary<long, bool>();
        var asked = 0L;
        for (var crash = 0; crash < Crashes; crash++)
        {
            SimulatedDisk? left = null;
            var steps = random.Next(1, 40);
            var chance = new Random(random.Next());
            var running = disk;
            disk.Before = _ =>
            {
                // The power goes: from here on nothing reaches the disk, and nobody is told that it did.
                if (left is not null || --steps == 0)
                {
                    left ??= running.AfterCrash(chance);
                    throw new IOException("The power is gone.");
                }
            };
            JournalLog journal;
            try
            {
                journal = JournalLog.Open(Options, disk, NullLogger.Instance);
            }
            catch (JournalException) when (left is not null)
            {
                disk = left;
                continue;
            }

            var found = Numbers(journal);
            Assert.True(found.Count == found.Distinct().Count(), $"crash {crash}: a record is there twice");
            Assert.All(found, number => Assert.InRange(number, 1, asked));
            Assert.True(acknowledged.Keys.All(found.Contains), $"crash {crash}: acknowledged and gone: {string.Join(", ", acknowledged.Keys.Except(found))}");
            Assert.Equal(0, journal.SetAside);

            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                while (left is null)
                {
                    var number = Interlocked.Increment(ref asked);
                    var content = new byte[random.Next(8, 400)];
                    BinaryPrimitives.WriteInt64LittleEndian(content, number);
                    try
                    {
                        await journal.AppendAsync(content, default);
                        acknowledged[number] = true;
                    }
                    catch (JournalException)
                    {
                        return;
                    }
                }
            })));
            journal.Dispose();

            // Now and then it empties, so that it does not only grow.
            disk = left ?? disk.AfterCrash(chance);
            if (crash % 25 == 24)
            {
                disk = new SimulatedDisk();
                acknowledged.Clear();
            }
        }
    }

    private static HashSet<long> Numbers(JournalLog journal) => [.. journal.Recovered.Select(record => BinaryPrimitives.ReadInt64LittleEndian(record.Content.Span))];
}
