namespace Resilience.AspNetCore.Health.Formats;

/// <summary>A way to write health details down. Holds codes and names only: no text of an exception, no connection string.</summary>
internal interface IDetailFormat
{
    /// <summary>What it is called in <c>?format=</c>.</summary>
    string Name { get; }

    /// <summary>What the answer is, and what <c>Accept</c> asks for.</summary>
    string ContentType { get; }

    /// <summary>Other types by which it is asked for.</summary>
    IReadOnlyList<string> Accepted => [ContentType];

    DetailAnswer Write(HealthReporter reporter, DetailQuery query);
}
