using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Resilience.Postgres;

/// <summary>Reads a region's connection string and completes it for failing over.</summary>
internal static class RegionConnectionString
{
    public const int ConnectTimeoutSeconds = 2;

    /// <summary>Checks a connection string. Problems are described without repeating any part of it.</summary>
    /// <param name="text">The configured text.</param>
    /// <param name="server">The server and database it points at: safe to show.</param>
    /// <param name="problem">What is wrong and the way out.</param>
    /// <returns>True when it can be used.</returns>
    public static bool TryRead(string? text, out string server, [NotNullWhen(false)] out string? problem)
    {
        server = "";
        problem = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            problem = "is missing. Give an Npgsql connection string, for example 'Host=db.us-east-1.example;Database=app;Username=app;Password=…'.";
            return false;
        }

        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
        {
            problem = UnreadableProblem(text);
            return false;
        }

        problem = Check(builder);
        server = problem is null ? $"{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}" : "";
        return problem is null;
    }

    /// <summary>The connection string as used: what the user left open is set for a server that may die at any time.</summary>
    public static NpgsqlConnectionStringBuilder Complete(string text, int warmConnections)
    {
        var given = new DbConnectionStringBuilder { ConnectionString = text };
        var builder = new NpgsqlConnectionStringBuilder(text);
        if (!given.ContainsKey("Timeout"))
        {
            builder.Timeout = ConnectTimeoutSeconds;
        }

        if (!given.ContainsKey("Gss Encryption Mode") && !given.ContainsKey("GssEncryptionMode"))
        {
            // Npgsql tries GSS on a connection of its own first; against a dead host that doubles the wait.
            builder.GssEncryptionMode = GssEncryptionMode.Disable;
        }

        builder.MinPoolSize = Math.Max(builder.MinPoolSize, Math.Min(warmConnections, builder.MaxPoolSize));
        return builder;
    }

    private static string? Check(NpgsqlConnectionStringBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Host))
        {
            return "has no Host. Add 'Host=…' with the server of this region.";
        }

        if (builder.Host.Contains(',', StringComparison.Ordinal))
        {
            return "lists several hosts. Give each region one host; the SDK finds the writer among the regions itself.";
        }

        if (!builder.Pooling)
        {
            return "switches Pooling off. Remove 'Pooling=false': switching needs warm connections.";
        }

        return builder.Multiplexing
            ? "switches Multiplexing on, which hides which server a command reached. Remove 'Multiplexing=true'."
            : null;
    }

    /// <summary>Names the keyword by its place only: an unquoted ';' in a password makes part of it look like a keyword.</summary>
    private static string UnreadableProblem(string text)
    {
        const string wayOut = "Use the keywords of an Npgsql connection string, and put values that contain ';', '=' or quotes in single quotes.";
        var pairs = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var i = 0; i < pairs.Length; i++)
        {
            try
            {
                _ = new NpgsqlConnectionStringBuilder(pairs[i]);
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
            {
                return $"cannot be read: part {i + 1} of {pairs.Length} has an unknown keyword or a value that it does not take. {wayOut}";
            }
        }

        return $"cannot be read. {wayOut}";
    }
}
