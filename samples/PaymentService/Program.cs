using PaymentService;

var builder = WebApplication.CreateBuilder(args);
builder.AddDrResilience();
builder.AddPaymentService();

var app = builder.Build();
app.UseDrResilience();
app.MapDrHealth();
app.MapPaymentService();
await app.RunAsync();
