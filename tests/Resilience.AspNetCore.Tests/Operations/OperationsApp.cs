using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Operations.Changes;

namespace Resilience.AspNetCore.Tests.Operations;

/// <summary>An application with operations: everybody with a name may look, and everybody but "reader" may decide.</summary>
internal static class OperationsApp
{
    public const string ChangePolicy = "dr-approver";

    public static async Task<WebApplication> StartAsync(
        string environment, bool authorise = true, bool withDatabase = false, string? changePolicy = ChangePolicy, string? journal = null)
    {
        var app = Build(environment, withDatabase, journal);
        var operations = app.MapDrOperations(changePolicy);
        if (authorise)
        {
            operations.RequireAuthorization();
        }

        await app.StartAsync();
        return app;
    }

    public static WebApplication Build(string environment, bool withDatabase = false, string? journal = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        if (withDatabase)
        {
            foreach (var (i, region) in new[] { "us-east-1", "us-west-2" }.Index())
            {
                builder.Configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:Name"] = region;
                builder.Configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString"] = $"Host=127.0.0.1;Port={i + 1};Username=app;Password=x;Database=app";
            }
        }

        if (journal is not null)
        {
            builder.Configuration["DrResilience:Journal:Path"] = journal;
        }

        builder.WebHost.UseTestServer();
        builder.AddDrResilience();
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(ChangePolicy, policy => policy.RequireAssertion(context => context.User.Identity?.Name is { } name && name != "reader"));
        return builder.Build();
    }

    public static HttpClient Client(WebApplication app, string? user)
    {
        var client = app.GetTestClient();
        if (user is not null)
        {
            client.DefaultRequestHeaders.Add("X-User", user);
        }

        return client;
    }

    public static HttpRequestMessage Change(string method, string path, string? body, string? header = "1")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (header is not null)
        {
            request.Headers.Add(CrossSite.Header, header);
        }

        return request;
    }
}
