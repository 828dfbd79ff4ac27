namespace Resilience.Degradation.Fallbacks;

/// <summary>A fallback for one kind of call.</summary>
/// <param name="name">Its name in the configuration.</param>
/// <param name="options">How far it may go.</param>
/// <param name="answer">Answers in place of the dependency.</param>
/// <param name="remember">Told of every answer of the dependency; null when nothing is kept.</param>
internal sealed class Fallback<TRequest, TResult>(
    string name,
    FallbackOptions options,
    Func<IServiceProvider, TRequest, CancellationToken, ValueTask<FallbackAnswer<TResult>>> answer,
    Action<IServiceProvider, TRequest, TResult>? remember = null) : IFallback
{
    public string Name => name;

    public FallbackOptions Options => options;

    public bool Remembers => remember is not null;

    public ValueTask<FallbackAnswer<TResult>> AnswerAsync(IServiceProvider services, TRequest request, CancellationToken cancellationToken) =>
        answer(services, request, cancellationToken);

    public void Remember(IServiceProvider services, TRequest request, TResult result) => remember?.Invoke(services, request, result);
}
