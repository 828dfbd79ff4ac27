using Microsoft.AspNetCore.Authentication;

namespace PaymentService.Operators;

/// <summary>The operations page: for operators that are configured; without any, in Development alone, to look at.</summary>
internal static class OperatorRegistration
{
    private const string Section = "Operators";
    private const string Look = "dr-operator";
    private const string Decide = "dr-approver";

    public static void AddOperators(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.Configure<List<OperatorOptions>>(builder.Configuration.GetSection(Section));
        services.AddAuthentication(OperatorAuthentication.Name).AddScheme<AuthenticationSchemeOptions, OperatorAuthentication>(OperatorAuthentication.Name, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Look, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Decide, policy => policy.RequireRole(OperatorAuthentication.DeciderRole));
    }

    public static void MapOperators(this WebApplication app)
    {
        if (app.Configuration.GetSection(Section).GetChildren().Any())
        {
            app.MapDrOperations(Decide).RequireAuthorization(Look);
        }
        else if (app.Environment.IsDevelopment())
        {
            app.MapDrOperations();
        }
    }
}
