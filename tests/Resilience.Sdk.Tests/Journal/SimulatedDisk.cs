using Resilience.Journal;

namespace Resilience.Sdk.Tests.Journal;

/// <summary>A disk that keeps what was synced, and of the rest whatever chance decides when the power goes.</summary>
internal sealed class SimulatedDisk : IJournalDisk
{
    private readonly Dictionary<string, (List<byte> Bytes, int Synced)> _files = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Asked before every write, sync and new file; what it throws is what the disk says.</summary>
    public Action<string>? Before { get; set; }

    public int Syncs { get; private set; }

    public IReadOnlyDictionary<string, int> Lengths
    {
        get
        {
            lock (_lock)
            {
                return _files.ToDictionary(file => file.Key, file => file.Value.Bytes.Count);
            }
        }
    }

    public IReadOnlyList<string> List() => [.. Lengths.Keys];

    public byte[] Read(string name)
    {
        lock (_lock)
        {
            return [.. _files[name].Bytes];
        }
    }

    public IJournalFile Create(string name)
    {
        Before?.Invoke("create");
        lock (_lock)
        {
            _files.Add(name, ([], 0));
        }

        return new File(this, name);
    }

    public void Truncate(string name, long length)
    {
        Before?.Invoke("truncate");
        lock (_lock)
        {
            var (bytes, _) = _files[name];
            bytes.RemoveRange((int)length, bytes.Count - (int)length);
            _files[name] = (bytes, bytes.Count);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            _files[to] = _files[from];
            _files.Remove(from);
        }
    }

    public void Delete(string name)
    {
        lock (_lock)
        {
            _files.Remove(name);
        }
    }

    public void Dispose()
    {
    }

    /// <summary>What the next start finds: all that was synced, and of what was not any part, whole, torn or scrambled.</summary>
    public SimulatedDisk AfterCrash(Random random)
    {
        var found = new SimulatedDisk();
        lock (_lock)
        {
            foreach (var (name, (bytes, synced)) in _files)
            {
                var kept = bytes[..(synced + random.Next(bytes.Count - synced + 1))];
                for (var i = synced; i < kept.Count && random.Next(2) == 0; i++)
                {
                    kept[i] = (byte)random.Next(256);
                }

                found._files.Add(name, (kept, kept.Count));
            }
        }

        return found;
    }

    /// <summary>Changes one byte.</summary>
    public void Flip(string name, int at)
    {
        lock (_lock)
        {
            _files[name].Bytes[at] ^= 0x40;
        }
    }

    private sealed class File(SimulatedDisk disk, string name) : IJournalFile
    {
        public void Append(ReadOnlySpan<byte> bytes)
        {
            var part = bytes;
            try
            {
                disk.Before?.Invoke("write");
            }
            catch (IOException)
            {
                // A disk that is full takes a part.
                part = bytes[..(bytes.Length / 2)];
                throw;
            }
            finally
            {
                lock (disk._lock)
                {
                    disk._files[name].Bytes.AddRange(part);
                }
            }
        }

        public void Sync()
        {
            disk.Before?.Invoke("sync");
            lock (disk._lock)
            {
                var (bytes, _) = disk._files[name];
                disk._files[name] = (bytes, bytes.Count);
                disk.Syncs++;
            }
        }

        public void Dispose()
        {
        }
    }
}
