namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>What a tool accepts at one place of a document.</summary>
internal abstract record Shape
{
    public static readonly Shape Any = new Unchecked();

    public static readonly Shape Integer = new Scalar(node => node is long ? null : "is not a whole number");

    public static readonly Shape Boolean = new Scalar(node => node is bool ? null : "is neither true nor false");

    public static readonly Shape Text = Checked(_ => null);

    /// <summary>One of these words.</summary>
    public static Shape OneOf(params string[] words) => Checked(text => words.Contains(text) ? null : $"is none of {string.Join(", ", words)}");

    /// <summary>A text about which the check has nothing to say.</summary>
    public static Shape Checked(Func<string, string?> check) => new Scalar(node => node is string text ? check(text) : "is not text: put it in quotes");

    public static Shape Number(long least, long most) =>
        new Scalar(node => node is not long number ? "is not a whole number" : number < least || number > most ? $"is not between {least} and {most}" : null);

    public static Shape ListOf(Shape item) => new Sequence(item);

    public static Shape MapOf(Shape value) => new Map(value);

    /// <summary>An object with these fields and no others; a name that ends with '!' is required.</summary>
    public static Fields Object(params (string Name, Shape Shape)[] fields) => new(
        fields.ToDictionary(field => field.Name.TrimEnd('!'), field => field.Shape),
        [.. fields.Where(field => field.Name.EndsWith('!')).Select(field => field.Name.TrimEnd('!'))]);

    internal sealed record Unchecked : Shape;

    internal sealed record Scalar(Func<object?, string?> Check) : Shape;

    internal sealed record Sequence(Shape Item) : Shape;

    internal sealed record Map(Shape Value) : Shape;

    internal sealed record Fields(IReadOnlyDictionary<string, Shape> All, IReadOnlyList<string> Required) : Shape
    {
        public Fields With(params (string Name, Shape Shape)[] more)
        {
            var further = Object(more);
            return new Fields(All.Concat(further.All).ToDictionary(), [.. Required, .. further.Required]);
        }
    }
}
