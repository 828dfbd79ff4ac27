using Npgsql;

namespace Resilience.Postgres;

/// <summary>A connection to the writer, and the route by which it was opened.</summary>
internal readonly record struct OpenedWriter(NpgsqlConnection Connection, WriterRoute Route);
