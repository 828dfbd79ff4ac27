using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Packages;

/// <summary>What is in the packages, as those who restore them get it.</summary>
[Collection(PackagesCollection.Name)]
public sealed class PackageContentTests(PackedPackages packages)
{
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public static TheoryData<string> Names() => ["Resilience.Sdk", "Resilience.AspNetCore", "Resilience.Redis", "Resilience.Sqlite"];

    /// <summary>What a package has besides what every one has.</summary>
    public static TheoryData<string, string[]> Contents() => new()
    {
        { "Resilience.Sdk", ["ConfigurationSchema.json", "buildTransitive/Resilience.Sdk.targets"] },
        { "Resilience.AspNetCore", [] },
        { "Resilience.Redis", ["ConfigurationSchema.json", "buildTransitive/Resilience.Redis.targets"] },
        { "Resilience.Sqlite", [] },
    };

    public static TheoryData<string, string[]> Dependencies() => new()
    {
        {
            "Resilience.Sdk",
            ["Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Http", "Microsoft.FeatureManagement", "Npgsql", "Polly.Core", "YamlDotNet"]
        },
        { "Resilience.AspNetCore", ["Resilience.Sdk"] },
        { "Resilience.Redis", ["Resilience.Sdk", "StackExchange.Redis"] },
        { "Resilience.Sqlite", ["Microsoft.Data.Sqlite", "Resilience.Sdk", "SQLitePCLRaw.bundle_e_sqlite3"] },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void Library_HasAssemblyDocumentationAndReadme(string name, string[] others)
    {
        using var package = packages.Open(name);

        Assert.Equal(
            new[] { $"{name}.nuspec", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml", "README.md" }.Concat(others).Order(StringComparer.Ordinal),
            Files(package));
        Assert.StartsWith($"# {name}", Read(package, "README.md"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dependencies))]
    public void Library_SaysWhatItIs(string name, string[] dependencies)
    {
        using var package = packages.Open(name);
        var metadata = XDocument.Parse(Read(package, $"{name}.nuspec")).Root!.Elements().Single();
        string? Of(string element) => metadata.Elements().SingleOrDefault(one => one.Name.LocalName == element)?.Value;

        Assert.Equal(packages.Version, Of("version"));
        Assert.Equal("MIT", Of("license"));
        Assert.Equal("README.md", Of("readme"));
        Assert.True(Of("description")!.Length > 40, Of("description"));
        Assert.Contains("resilience", Of("tags"), StringComparison.Ordinal);
        Assert.Equal(dependencies, metadata.Descendants().Where(one => one.Name.LocalName == "dependency").Select(one => (string)one.Attribute("id")!).Order(StringComparer.Ordinal));
        Assert.All(
            metadata.Descendants().Where(one => one.Name.LocalName == "dependency" && (string)one.Attribute("id")! == "Resilience.Sdk"),
            sdk => Assert.Equal(packages.Version, (string?)sdk.Attribute("version")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Symbols_HoldTheSources(string name)
    {
        using var symbols = packages.Open(name, "snupkg");
        using var package = packages.Open(name);
        using var pdb = MetadataReaderProvider.FromPortablePdbStream(Memory(symbols, $"lib/net10.0/{name}.pdb"));
        using var assembly = new PEReader(Memory(package, $"lib/net10.0/{name}.dll"));
        var reader = pdb.GetMetadataReader();
        var without = reader.Documents.Where(document => !reader.GetCustomDebugInformation(document).Any(one => Kind(reader, one) == EmbeddedSource))
            .Select(document => reader.GetString(reader.GetDocument(document).Name));

        Assert.Equal(
            reader.DebugMetadataHeader!.Id.AsSpan(0, 16).ToArray(),
            assembly.ReadCodeViewDebugDirectoryData(assembly.ReadDebugDirectory().First(entry => entry.Type == DebugDirectoryEntryType.CodeView)).Guid.ToByteArray());
        Assert.NotEmpty(reader.Documents);
        Assert.Empty(without);
    }

    [Fact]
    public void Templates_AreMadeWithTheseVersions()
    {
        using var package = packages.Open("Resilience.Templates");

        Assert.Contains($"\"defaultValue\": \"{packages.Version}\"", Read(package, "content/dr-service/.template.config/template.json"), StringComparison.Ordinal);
        Assert.Equal(
            Directory.EnumerateFiles(Path.Combine(ServicePaths.RepositoryRoot, "templates", "dr-service"), "*", SearchOption.AllDirectories)
                .Select(file => $"content/{Path.GetRelativePath(Path.Combine(ServicePaths.RepositoryRoot, "templates"), file)}")
                .Append("README.md").Append("Resilience.Templates.nuspec").Order(StringComparer.Ordinal),
            Files(package));
    }

    private static Guid Kind(MetadataReader reader, CustomDebugInformationHandle handle) => reader.GetGuid(reader.GetCustomDebugInformation(handle).Kind);

    /// <summary>What is in the package but the wrapping that every package has.</summary>
    private static IEnumerable<string> Files(ZipArchive package) => package.Entries.Select(entry => entry.FullName)
        .Where(file => file is not "[Content_Types].xml" && !file.StartsWith("_rels/", StringComparison.Ordinal) && !file.StartsWith("package/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string Read(ZipArchive package, string file)
    {
        using var reader = new StreamReader(package.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    private static MemoryStream Memory(ZipArchive package, string file)
    {
        var bytes = new MemoryStream();
        using var content = package.GetEntry(file)!.Open();
        content.CopyTo(bytes);
        bytes.Position = 0;
        return bytes;
    }
}
