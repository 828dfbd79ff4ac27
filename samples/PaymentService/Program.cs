using PaymentService;
using PaymentService.Operators;

var builder = WebApplication.CreateBuilder(args);
builder.AddDrResilience();
builder.AddOperators();
builder.AddPaymentService();

var app = builder.Build();
app.UseDrResilience();
app.MapDrHealth();
app.MapOperators();
app.MapPaymentService();
await app.RunAsync();
