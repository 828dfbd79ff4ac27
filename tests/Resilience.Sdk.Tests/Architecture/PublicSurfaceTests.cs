using System.Reflection;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>
/// A change of the public surface is a decision: it shows as a difference to the approved text. To approve it, run the
/// tests with APPROVE_PUBLIC_SURFACE=1 and commit the text with the change.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Sdk_IsAsApproved() => Compare(typeof(Resilience.Postgres.RegionalDataSource).Assembly);

    [Fact]
    public void AspNetCore_IsAsApproved() => Compare(typeof(Microsoft.AspNetCore.Builder.DrHealthEndpointExtensions).Assembly);

    [Fact]
    public void Sqlite_IsAsApproved() => Compare(typeof(Microsoft.Extensions.DependencyInjection.DrSqliteExtensions).Assembly);

    [Fact]
    public void Redis_IsAsApproved() => Compare(typeof(Microsoft.Extensions.DependencyInjection.DrRedisExtensions).Assembly);

    private static void Compare(Assembly assembly)
    {
        var path = RepositoryRoot.Combine("src", assembly.GetName().Name!, "PublicSurface.txt");
        var actual = PublicSurface.Of(assembly);
        if (Environment.GetEnvironmentVariable("APPROVE_PUBLIC_SURFACE") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
