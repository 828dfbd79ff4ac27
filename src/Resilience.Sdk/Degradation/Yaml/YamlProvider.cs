using Microsoft.Extensions.Configuration;
using Resilience.Internal;
using YamlDotNet.Core;

namespace Resilience.Degradation.Yaml;

/// <summary>
/// A YAML file that is read again when its content changes. A file that cannot be read, or is cut off while it is written,
/// changes nothing: the last good values stay, and <see cref="IReloadState.ReloadError"/> says so. .NET's own file providers
/// forget their values then.
/// </summary>
/// <remarks>It looks every two seconds and follows links, because a mounted ConfigMap is changed by moving a link, which file
/// watchers do not see (dotnet/runtime#36091).</remarks>
internal sealed class YamlProvider(string path, bool optional) : ConfigurationProvider, IReloadState, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly string _path = Path.GetFullPath(path, AppContext.BaseDirectory);
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private string? _content;
    private string? _error;

    public string? ReloadError => Volatile.Read(ref _error);

    /// <exception cref="InvalidDataException">The file cannot be read, or is no YAML, at the start.</exception>
    public override void Load()
    {
        if (!Look() && _error is { } error)
        {
            throw new InvalidDataException(error);
        }

        _timer ??= TimeProvider.System.CreateTimer(_ => Reload(), null, Interval, Interval);
    }

    public void Dispose() => _timer?.Dispose();

    public override string ToString() => $"YAML file '{_path}'";

    /// <summary>Looks again; for tests, which do not wait.</summary>
    public void Reload()
    {
        var before = _error;
        if (Look() || _error != before)
        {
            OnReload();
        }
    }

    /// <returns>Whether there are other values.</returns>
    private bool Look()
    {
        lock (_lock)
        {
            try
            {
                if (optional && !File.Exists(_path) && _content is null)
                {
                    return false;
                }

                var content = File.ReadAllText(_path);
                if (content == _content)
                {
                    Volatile.Write(ref _error, null);
                    return false;
                }

                Data = YamlFlattener.Read(new StringReader(content));
                _content = content;
                Volatile.Write(ref _error, null);
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Volatile.Write(ref _error, $"The file '{_path}' cannot be read ({exception.GetType().Name}).");
            }
            catch (Exception exception) when (exception is YamlException or FormatException)
            {
                var line = exception is YamlException yaml ? $"Line {yaml.Start.Line}: it" : "It";
                Volatile.Write(ref _error, $"The file '{_path}' is no YAML that can be used. {(exception is FormatException ? exception.Message : $"{line} cannot be parsed.")}");
            }

            return false;
        }
    }
}
