namespace PaymentService.Http;

/// <summary>Where the process listens when nobody says otherwise.</summary>
/// <remarks>Not in the launch settings, because those would win over <c>ASPNETCORE_URLS</c>.</remarks>
internal static class DefaultAddress
{
    private const string Url = "http://localhost:5080";

    public static void UseDefaultAddress(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        string[] keys = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];
        if (Array.TrueForAll(keys, key => string.IsNullOrEmpty(configuration[key])) && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(Url);
        }
    }
}
