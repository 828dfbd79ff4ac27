using Resilience.Health.Watchdog;

namespace Resilience.Sdk.Tests.Health.Watchdog;

public sealed class MemoryGaugeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("memory-gauge").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Look_Version2_LeavesOutTheFileCache()
    {
        Write("memory.current", "900\n");
        Write("memory.max", "1000\n");
        Write("memory.stat", "anon 100\ninactive_file 400\nfile 500\n");

        Assert.Equal(0.5, Make().Look());
    }

    [Fact]
    public void Look_Version1_LeavesOutTheFileCache()
    {
        Write("memory/memory.usage_in_bytes", "900\n");
        Write("memory/memory.limit_in_bytes", "1000\n");
        Write("memory/memory.stat", "cache 500\ntotal_inactive_file 400\n");

        Assert.Equal(0.5, Make().Look());
    }

    [Theory]
    [InlineData("max\n")]
    [InlineData("9223372036854771712\n")]
    [InlineData("")]
    public void Look_NoLimit_IsNull(string limit)
    {
        Write("memory.current", "900\n");
        Write("memory.max", limit);

        Assert.Null(Make().Look());
    }

    [Fact]
    public void Look_HeapIsNearerToItsLimit_Counts()
    {
        Write("memory.current", "500\n");
        Write("memory.max", "1000\n");

        Assert.Equal(0.9, new MemoryGauge(_root, () => (90, 100)).Look());
        Assert.Equal(0.5, new MemoryGauge(_root, () => (10, 100)).Look());
    }

    [Fact]
    public void Look_NothingThere_IsNull() => Assert.Null(Make().Look());

    private MemoryGauge Make() => new(_root, () => (0, 0));

    private void Write(string file, string text)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
