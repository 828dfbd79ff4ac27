using Simulators;

var builder = WebApplication.CreateBuilder(args);
builder.AddSimulators();

var app = builder.Build();
app.MapSimulators();
await app.RunAsync();
