using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Resilience.Postgres.Tail;

/// <summary>The kinds of operation that the journal can hold, by name and by type. Filled while the application is built.</summary>
internal sealed class OperationCatalog
{
    private readonly Dictionary<string, JsonTypeInfo> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, string> _names = [];

    public bool IsEmpty => _names.Count == 0;

    /// <exception cref="ArgumentException">The name or the type is taken.</exception>
    public void Add(string name, JsonTypeInfo type)
    {
        if (_byName.ContainsKey(name) || !_names.TryAdd(type.Type, name))
        {
            throw new ArgumentException($"An operation '{name}', or one of type {type.Type.Name}, is added already.", nameof(name));
        }

        _byName.Add(name, type);
    }

    /// <exception cref="InvalidOperationException">The type was not added.</exception>
    public (string Name, byte[] Payload) Write(IReplayableOperation operation) => _names.TryGetValue(operation.GetType(), out var name)
        ? (name, JsonSerializer.SerializeToUtf8Bytes(operation, _byName[name]))
        : throw new InvalidOperationException(
            $"{operation.GetType().Name} is not known, so the journal could not hold it. Add it: AddDrResilience(dr => dr.AddOperation<{operation.GetType().Name}>(\"name\")).");

    /// <summary>Reads an operation of any run of the program.</summary>
    /// <returns>False when this program has none of that name, or another shape of it.</returns>
    public bool TryRead(string name, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out IReplayableOperation? operation)
    {
        try
        {
            operation = _byName.TryGetValue(name, out var type) ? JsonSerializer.Deserialize(payload, type) as IReplayableOperation : null;
        }
#pragma warning disable CA1031 // The application's own constructors run here.
        catch (Exception)
#pragma warning restore CA1031
        {
            operation = null;
        }

        return operation is not null;
    }
}
