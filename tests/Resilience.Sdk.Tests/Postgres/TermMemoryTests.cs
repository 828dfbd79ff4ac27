using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Sdk.Tests.Postgres;

public sealed class TermMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terms-").FullName;

    private string File => Path.Combine(_folder, "term-db.json");

    [Fact]
    public void NothingKept_IsNothingKnown() => Assert.Null(Memory().Latest);

    [Fact]
    public async Task Remembered_IsThereForTheNextRun_AndALowerTermChangesNothing()
    {
        await using (var memory = Memory())
        {
            memory.Remember(7001, new WriterTerm(2, 3));
            memory.Remember(7001, new WriterTerm(1, 1));
        }

        Assert.Equal(new RememberedTerm(7001, new WriterTerm(2, 3), File), Memory().Latest);
    }

    [Fact]
    public async Task AnotherCluster_TakesThePlaceOfTheFirst()
    {
        await using (var memory = Memory())
        {
            memory.Remember(7001, new WriterTerm(9, 9));
            memory.Remember(9009, new WriterTerm(1, 1));
        }

        Assert.Equal(new RememberedTerm(9009, new WriterTerm(1, 1), File), Memory().Latest);
    }

    [Fact]
    public async Task ManyAtOnce_TheHighestIsKept()
    {
        await using (var memory = Memory())
        {
            Parallel.For(1, 500, epoch => memory.Remember(7001, new WriterTerm(epoch, 1)));
        }

        Assert.Equal(499, Memory().Latest!.Term.Epoch);
        Assert.Equal([File], Directory.EnumerateFiles(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"dependency\":\"db\",\"epo")]
    [InlineData("[]")]
    [InlineData("{\"epoch\":\"two\"}")]
    public async Task UnreadableFile_IsAsIfThereWereNone_AndIsReplaced(string content)
    {
        await System.IO.File.WriteAllTextAsync(File, content);
        await using (var memory = Memory())
        {
            Assert.Null(memory.Latest);
            memory.Remember(7001, new WriterTerm(2, 2));
        }

        Assert.Equal(2, Memory().Latest!.Term.Epoch);
    }

    [Fact]
    public async Task FolderThatCannotBeMade_FailsNobody()
    {
        await System.IO.File.WriteAllTextAsync(File, "a file where a folder should be");
        await using var memory = new TermMemory("db", File, TimeProvider.System, NullLogger.Instance);

        memory.Remember(7001, new WriterTerm(2, 2));

        Assert.Equal(2, memory.Latest!.Term.Epoch);
    }

    [Fact]
    public async Task HostileName_StaysInItsFolder()
    {
        await using var memory = new TermMemory("../../etc/passwd", _folder, TimeProvider.System, NullLogger.Instance);
        memory.Remember(7001, new WriterTerm(1, 1));

        Assert.Equal(_folder, Path.GetDirectoryName(memory.Latest!.Origin));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private TermMemory Memory() => new("db", _folder, TimeProvider.System, NullLogger.Instance);
}
