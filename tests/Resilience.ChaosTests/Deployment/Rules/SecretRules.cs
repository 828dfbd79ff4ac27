using System.Text.RegularExpressions;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>Nothing in a file is of anybody's account: what is, is a placeholder that the page explains.</summary>
internal static partial class SecretRules
{
    public static IEnumerable<string> Check(string text) =>
    [
        .. Account().Matches(text).Select(match => $"'{match.Value}' looks like an account's number; write ${{ACCOUNT_ID}}"),
        .. Resource().Matches(text).Where(match => match.Groups["account"].Value != "${ACCOUNT_ID}").Select(match => $"'{match.Value}' is the name of a real resource"),
        .. Secret().Matches(text).Select(match => $"'{match.Value[..Math.Min(match.Length, 8)]}…' looks like a secret"),
        .. Placeholder().Matches(text).Select(match => match.Value).Distinct().Where(placeholder => !Page.Value.Contains($"`{placeholder}`", StringComparison.Ordinal)).Select(placeholder => $"the page does not explain '{placeholder}'"),
    ];

    private static readonly Lazy<string> Page = new(() => ChaosFiles.Read("README.md"));

    [GeneratedRegex(@"(?<![\d.])\d{12}(?!\d)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Account();

    [GeneratedRegex(@"arn:aws:[a-z0-9]+:[^:""]*:(?<account>[^:""]*):", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Resource();

    [GeneratedRegex(@"AKIA[A-Z0-9]{16}|-----BEGIN|(?i:password|secret|token|api[_-]?key)\s*[:=]\s*[""']?[A-Za-z0-9+/]{8,}|(?i:bearer|authorization: key)\s+[A-Za-z0-9]{8,}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\$\{[A-Z_]+\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Placeholder();
}
