using PaymentService;

var builder = WebApplication.CreateBuilder(args);
builder.AddDrResilience();
builder.AddPaymentService();

var app = builder.Build();
app.UseDrResilience();
app.MapDrHealth();

// Open in Development and on the management port; give it an authorisation policy where people are to consent to switches.
app.MapDrOperations();
app.MapPaymentService();
await app.RunAsync();
