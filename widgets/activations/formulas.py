"""The formulas of the activations, as they are shown."""

FORMULAS = {
    "identity": "f(z) = z",
    "sigmoid": "f(z) = 1 / (1 + e^(−z))",
    "tanh": "f(z) = (e^2z − 1) / (e^2z + 1)\n     = 2σ(2z) − 1, σ the sigmoid",
    "relu": "f(z) = max(0, z)",
    "leaky_relu": "f(z) = z where z > 0,\nelse 0.01·z",
    "elu": "f(z) = z where z > 0,\nelse e^z − 1",
    "silu": "f(z) = z·σ(z), σ the sigmoid",
    "softplus": "f(z) = log(1 + e^z)",
    "gelu": "f(z) = z·Φ(z)\n     = z·(1 + erf(z/√2)) / 2",
    "gelu_tanh": "f(z) = z·(1 + tanh(u)) / 2,\nu = √(2/π)·(z + 0.044715·z³)",
}
