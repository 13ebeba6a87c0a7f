"""The learning rate for another batch size, and batches that grow instead of a rate that falls."""

# How the rate grows with the batch size: rate · (batch size / base) ^ exponent.
RULES = {"none": 0.0, "square root": 0.5, "linear": 1.0}
# Races and scaling rules start from a batch of this size.
BASE = 32


def scaled_rate(rate, batch_size, rule="linear", base=BASE):
    """Scale a learning rate that suits batches of `base`: `η · (B/base)^p`.

    Parameters: rate η; batch_size B; rule, a name in `RULES`: "none" (p = 0), "square root"
    (p = 1/2, keeps the noise of a step), "linear" (p = 1, keeps the distance covered in an epoch).
    Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014);
    Goyal et al., "Accurate, large minibatch SGD" (2017).

    >>> [scaled_rate(0.1, 128, rule) for rule in RULES]
    [0.1, 0.2, 0.4]
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}")
    return rate * (batch_size / base) ** RULES[rule]


def growing(first, factor, every):
    """Return a batch size that grows: `B(e) = first · factor^⌊e / every⌋`, e counted in epochs.

    Source: Smith et al., "Don't decay the learning rate, increase the batch size" (2018).

    >>> [growing(8, 4, every=20)(epoch) for epoch in (0, 19, 20, 40)]
    [8, 8, 32, 128]
    """
    return lambda epoch: first * factor ** (epoch // every)
