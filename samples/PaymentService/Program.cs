using PaymentService;

var builder = WebApplication.CreateBuilder(args);
builder.AddPaymentService();

var app = builder.Build();
app.MapPaymentService();
await app.RunAsync();
