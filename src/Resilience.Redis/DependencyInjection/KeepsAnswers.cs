namespace Resilience.Redis.DependencyInjection;

/// <summary>Registered once a server for the answers of fallbacks has been named.</summary>
internal sealed class KeepsAnswers;
