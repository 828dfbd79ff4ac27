using Npgsql;
using Resilience.Postgres;

var builder = WebApplication.CreateBuilder(args);
builder.AddDrResilience();                       // binds "DrResilience", checks it when the host starts
builder.Services.AddAuthentication();            // your own sign-in, for the page of operators
builder.Services.AddAuthorizationBuilder()
    .AddPolicy("dr-operator", policy => policy.RequireAuthenticatedUser())
    .AddPolicy("dr-approver", policy => policy.RequireRole("on-call"));

var app = builder.Build();
app.UseDrResilience();                           // heeds deadlines of callers, sheds load, drains
app.MapDrHealth();                               // /health/startup /health/live /health/ready /health
if (app.Environment.IsDevelopment())
{
    app.MapDrOperations();                       // /dr, open to everybody here
}
else
{
    app.MapDrOperations("dr-approver").RequireAuthorization("dr-operator");
}

// Done once, also when the writer dies in the middle and another region is promoted: the id of the order is the id of the operation.
app.MapPut("/orders/{id}", async (string id, Order order, RegionalDataSource db, CancellationToken ct) =>
{
    await db.ExecuteAsync($"order:{id}", async (connection, transaction, token) =>
    {
        await using var insert = new NpgsqlCommand("INSERT INTO orders (id, item, quantity) VALUES ($1, $2, $3)", connection, transaction);
        insert.Parameters.Add(new() { Value = id });
        insert.Parameters.Add(new() { Value = order.Item });
        insert.Parameters.Add(new() { Value = order.Quantity });
        await insert.ExecuteNonQueryAsync(token);
    }, ct);
    return Results.Ok(new { id, region = db.WriterRegion });
});

// Read from the nearest region that is at most five seconds behind, and from another when that one fails.
app.MapGet("/orders/{id}", async (string id, RegionalDataSource db, CancellationToken ct) =>
{
    var order = await db.ReadAsync(TimeSpan.FromSeconds(5), async (connection, token) =>
    {
        await using var select = new NpgsqlCommand("SELECT item, quantity FROM orders WHERE id = $1", connection);
        select.Parameters.Add(new() { Value = id });
        await using var reader = await select.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token) ? new Order(reader.GetString(0), reader.GetInt32(1)) : null;
    }, ct);
    return order is null ? Results.NotFound() : Results.Ok(order);
});

app.Run();

internal sealed record Order(string Item, int Quantity);
