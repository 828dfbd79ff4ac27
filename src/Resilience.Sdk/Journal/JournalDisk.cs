using Microsoft.Win32.SafeHandles;
using Resilience.Internal;

namespace Resilience.Journal;

/// <summary>A real folder, held by one process at a time.</summary>
internal sealed class JournalDisk : IJournalDisk
{
    private const string LockName = "lock";

    private readonly string _path;
    private readonly FileStream _lock;

    /// <exception cref="JournalException">The folder cannot be made or written to, or another process has it.</exception>
    public JournalDisk(string path)
    {
        _path = path;
        try
        {
            Directory.CreateDirectory(path);
            _lock = new FileStream(At(LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            DurableFiles.SyncFolder(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(
                $"The journal's folder '{path}' cannot be used: it is not writable, or another process has it ({exception.GetType().Name}). Give each process a folder of its own with DrResilience:Journal:Path.", exception);
        }
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_path).Select(file => Path.GetFileName(file)).Where(name => name != LockName)];

    public byte[] Read(string name) => File.ReadAllBytes(At(name));

    public IJournalFile Create(string name)
    {
        var file = File.OpenHandle(At(name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        try
        {
            DurableFiles.SyncFolder(_path);
            return new Appender(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Truncate(string name, long length)
    {
        using var file = File.OpenHandle(At(name), FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
    }

    public void Rename(string from, string to)
    {
        File.Move(At(from), At(to), overwrite: true);
        DurableFiles.SyncFolder(_path);
    }

    public void Delete(string name) => File.Delete(At(name));

    public void Dispose() => _lock.Dispose();

    private string At(string name) => Path.Combine(_path, name);

    private sealed class Appender(SafeFileHandle file) : IJournalFile
    {
        private long _length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(file, bytes, _length);
            _length += bytes.Length;
        }

        public void Sync() => RandomAccess.FlushToDisk(file);

        public void Dispose() => file.Dispose();
    }
}
