using Resilience.TestKit.Processes;

namespace Resilience.TestKit.Postgres;

/// <summary>The programs of the installed PostgreSQL, run without root's privileges.</summary>
internal sealed class PostgresBinaries
{
    // A failure is not kept: a program may install PostgreSQL and try again.
    private static readonly Lazy<PostgresBinaries> Found = new(() => new PostgresBinaries(Find()), LazyThreadSafetyMode.PublicationOnly);

    private readonly string _directory;

    private PostgresBinaries(string directory) => _directory = directory;

    /// <exception cref="MissingCapabilityException">PostgreSQL is not installed.</exception>
    public static PostgresBinaries Installed => Found.Value;

    public IReadOnlyList<string> Command(string program, params IReadOnlyList<string> arguments) =>
        Privileges.Drop([Path.Combine(_directory, program), .. arguments]);

    public Task<CommandResult> RunAsync(
        string program, IReadOnlyList<string> arguments, string directory, string? password, CancellationToken ct) =>
        Processes.Command.RunAsync(Command(program, arguments), directory, Environment(directory, password), ct);

    /// <summary>The caller's own PostgreSQL settings and home must not reach the servers of a test.</summary>
    public static Dictionary<string, string?> Environment(string directory, string? password)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (string name in System.Environment.GetEnvironmentVariables().Keys)
        {
            if (name.StartsWith("PG", StringComparison.Ordinal) || name.StartsWith("LC_", StringComparison.Ordinal))
            {
                environment[name] = null;
            }
        }

        environment["HOME"] = directory;
        environment["LC_ALL"] = "C";
        environment["PGPASSWORD"] = password;
        return environment;
    }

    private static string Find()
    {
        var versions = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0)
                .Select(d => Path.Combine(d, "bin"))
            : [];
        return versions.FirstOrDefault(d => File.Exists(Path.Combine(d, "postgres")))
            ?? Executable.DirectoryOf("postgres")
            ?? throw new MissingCapabilityException("PostgreSQL is not installed; install it with: apt-get install -y postgresql");
    }
}
