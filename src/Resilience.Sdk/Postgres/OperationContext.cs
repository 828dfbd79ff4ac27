using Npgsql;

namespace Resilience.Postgres;

/// <summary>Where an operation is carried out.</summary>
/// <param name="Connection">A connection to the writer.</param>
/// <param name="Transaction">Its transaction; committed when the operation returns.</param>
/// <param name="OperationId">The id it is entered under.</param>
/// <param name="Region">The writer's region.</param>
public readonly record struct OperationContext(NpgsqlConnection Connection, NpgsqlTransaction Transaction, string OperationId, string Region);
