using System.Security.Cryptography;

namespace Resilience.TestKit.Postgres;

/// <summary>Passwords belong to a cluster: a standby has those of its primary.</summary>
internal sealed record PostgresCredentials(string AppPassword, string AdminPassword)
{
    public const string App = "app";
    public const string Admin = "testkit";

    public static PostgresCredentials Generate() =>
        new(RandomNumberGenerator.GetHexString(24, lowercase: true), ClusterTemplate.AdminPassword);
}
