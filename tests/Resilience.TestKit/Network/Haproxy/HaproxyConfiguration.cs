using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Resilience.TestKit.Network;

/// <summary>The configuration file of HAProxy. What the options say is checked before it is written, so that nothing in them can be read as a directive.</summary>
internal static partial class HaproxyConfiguration
{
    public static string Write(HaproxyOptions options, IReadOnlyDictionary<string, int> ports, string socket)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            global
                stats socket {socket} mode 600 level admin
                stats timeout 5s
                hard-stop-after 30s
                maxconn 4000


            """));
        foreach (var listener in options.Listeners)
        {
            Write(text, listener, ports[listener.Name]);
        }

        return text.ToString();
    }

    public static void Validate(HaproxyOptions options)
    {
        Require(options.Listeners.Count > 0, nameof(HaproxyOptions.Listeners), 0, "HAProxy needs at least one listener");
        var twice = options.Listeners.GroupBy(l => l.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        Require(twice is null, nameof(HaproxyListener.Name), twice, "each listener needs a name of its own");
        foreach (var listener in options.Listeners)
        {
            RequireName(listener.Name);
            RequireAddress(listener.Host);
            Require(listener.Servers.Count > 0, nameof(HaproxyListener.Servers), 0, $"the listener '{listener.Name}' needs at least one server");
            Require(listener.CheckPath is null || Path().IsMatch(listener.CheckPath), nameof(HaproxyListener.CheckPath), listener.CheckPath, "a path begins with '/' and holds no blanks, quotes or '#'");
            RequireTime(nameof(HaproxyListener.CheckInterval), listener.CheckInterval, TimeSpan.FromMinutes(1));
            RequireTime(nameof(HaproxyListener.ConnectTimeout), listener.ConnectTimeout, TimeSpan.FromHours(1));
            RequireTime(nameof(HaproxyListener.SilenceTimeout), listener.SilenceTimeout, TimeSpan.FromHours(1));
            Require(listener.Fall is >= 1 and <= 100, nameof(HaproxyListener.Fall), listener.Fall, "give a number from 1 to 100");
            foreach (var server in listener.Servers)
            {
                RequireName(server.Name);
                RequireAddress(server.Host);
                Require(server.Port is >= 1 and <= 65_535, nameof(HaproxyServer.Port), server.Port, "give a port from 1 to 65535");
            }
        }
    }

    private static void Write(StringBuilder text, HaproxyListener listener, int port)
    {
        Line($"listen {listener.Name}");
        Line($"    bind {listener.Host}:{port}");
        Line($"    mode {(listener.Http ? "http" : "tcp")}");
        Line($"    balance roundrobin");
        Line($"    timeout connect {Milliseconds(listener.ConnectTimeout)}");
        Line($"    timeout client {Milliseconds(listener.SilenceTimeout)}");
        Line($"    timeout server {Milliseconds(listener.SilenceTimeout)}");
        Line($"    timeout queue {Milliseconds(listener.ConnectTimeout)}");
        Line($"    retries {(listener.Retries ? 2 : 0)}");
        if (listener.Retries)
        {
            Line($"    option redispatch 1");
        }

        if (listener.Http)
        {
            // Connections to servers are kept and shared, but a session's first request never takes one that may be dying.
            Line($"    http-reuse safe");
            if (listener.Retries)
            {
                Line($"    retry-on conn-failure empty-response");
                Line($"    http-request disable-l7-retry unless METH_GET");
            }
        }

        if (listener.CheckPath is { } path)
        {
            Line($"    option httpchk");
            Line($"    http-check send meth GET uri {path} ver HTTP/1.1 hdr Host {listener.Host}");
            Line($"    http-check expect rstatus ^2");
        }

        foreach (var server in listener.Servers)
        {
            Line($"    server {server.Name} {server.Host}:{server.Port}{(listener.CheckPath is null ? "" : $" check inter {Milliseconds(listener.CheckInterval)} fall {listener.Fall} rise 1")}");
        }

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds}ms");

    private static void RequireName(string name) =>
        Require(Name().IsMatch(name), "Name", name, "a name is 1 to 64 letters, digits, '-', '_' and '.'");

    private static void RequireAddress(string host) =>
        Require(IPAddress.TryParse(host, out var address) && address.ToString() == host, "Host", host, "give an IP address such as 127.0.0.1");

    private static void RequireTime(string name, TimeSpan value, TimeSpan most) =>
        Require(value >= TimeSpan.FromMilliseconds(10) && value <= most, name, value, $"give a time from 10 ms to {most}");

    private static void Require(bool right, string name, object? value, string wayOut)
    {
        if (!right)
        {
            throw new ArgumentException($"'{value}' is no {name} of HAProxy: {wayOut}.", name);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A/[A-Za-z0-9._~/?=&%-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Path();
}
