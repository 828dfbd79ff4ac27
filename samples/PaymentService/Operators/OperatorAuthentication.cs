using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace PaymentService.Operators;

/// <summary>
/// HTTP Basic authentication (RFC 7617) against the configuration: enough for a sample that has to run anywhere. A real service uses its
/// company's sign-in here, and nothing else changes.
/// </summary>
internal sealed class OperatorAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, IOptionsMonitor<List<OperatorOptions>> operators, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "operators";
    public const string DeciderRole = "decider";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header) || header is not { Scheme: "Basic", Parameter: { Length: <= 1024 } encoded })
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var buffer = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, buffer, out var length) || Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2) is not [var name, var password])
        {
            return Task.FromResult(AuthenticateResult.Fail("The header is not Basic authentication."));
        }

        if (operators.CurrentValue.Find(one => one.Name == name) is not { Password.Length: > 0 } known || !AreEqual(known.Password, password))
        {
            return Task.FromResult(AuthenticateResult.Fail("The name or the password is wrong."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, known.Name)], Name);
        if (known.MayDecide)
        {
            identity.AddClaim(new Claim(ClaimTypes.Role, DeciderRole));
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers[HeaderNames.WWWAuthenticate] = "Basic realm=\"operations\", charset=\"UTF-8\"";
        return base.HandleChallengeAsync(properties);
    }

    /// <summary>Takes as long for a wrong password as for the right one, whatever their lengths.</summary>
    private static bool AreEqual(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
