using System.Diagnostics;
using System.Globalization;

namespace Resilience.IntegrationTests.Degradation;

/// <summary>A folder as the kubelet mounts a ConfigMap: the file is a link into a link to a folder, and a swap replaces that link.</summary>
internal sealed class ConfigMapMount(string name)
{
    private readonly string _folder = Directory.CreateTempSubdirectory("configmap-").FullName;
    private int _version;

    public string File => Path.Combine(_folder, name);

    public void Swap(string content)
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"..version_{++_version}");
        Directory.CreateDirectory(Path.Combine(_folder, version));
        System.IO.File.WriteAllText(Path.Combine(_folder, version, name), content);
        var next = Path.Combine(_folder, "..data_tmp");
        System.IO.File.CreateSymbolicLink(next, version);

        // .NET follows a link that it moves; the kubelet renames it.
        using var rename = Process.Start("mv", ["-T", next, Path.Combine(_folder, "..data")]);
        rename.WaitForExit();
        if (_version == 1)
        {
            System.IO.File.CreateSymbolicLink(File, Path.Combine("..data", name));
        }
    }

    public void Delete() => Directory.Delete(_folder, recursive: true);
}
