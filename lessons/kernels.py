"""The fast engine: the whole training run in one compiled function.

The mathematics is that of `network.py`, layer for layer. What differs is the layout: a batch is
stored with its samples along the contiguous axis, `H[unit, sample]`, so that each inner loop below
runs over samples and becomes vector instructions.

All compiled code that calls compiled code lives in this file, because Numba's cache on disk
notices edits in the caller's own file only.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, types
from numba.extending import overload, register_jitable

# Sums may be reordered and fused; NaN and infinity keep their meaning, to find divergence by.
FAST = {"contract", "reassoc", "nsz", "arcp"}
OPTIONS = {"fastmath": FAST, "nogil": True, "error_model": "numpy"}

IDENTITY, SIGMOID, TANH, RELU, GELU = range(5)
ACTIVATION_CODES = {
    "identity": IDENTITY,
    "sigmoid": SIGMOID,
    "tanh": TANH,
    "relu": RELU,
    "gelu": GELU,
}
CROSS_ENTROPY, MSE = range(2)
LOSS_CODES = {"cross_entropy": CROSS_ENTROPY, "mse": MSE}
FINISHED, DIVERGED, CANCELLED = range(3)
STATUS = ("finished", "diverged", "cancelled")

# Cells of the array that a running training shares with whoever watches it.
UPDATES_DONE, STOP = range(2)
# Samples that are evaluated together: enough to fill vectors, few enough to stay in cache.
BLOCK = 128


class Examples(NamedTuple):
    """One part of a data set: X (N, d), and its targets, of which the loss reads one."""

    X: np.ndarray
    classes: np.ndarray
    values: np.ndarray


class Record(NamedTuple):
    """What a run writes down as it goes; the names and shapes of `lessons.Run`."""

    batch_loss: np.ndarray
    grad_norm: np.ndarray
    train_loss: np.ndarray
    train_accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    snapshots: np.ndarray


def compiled(function):
    """Compile on first use and keep the result on disk, where a disk can be written."""
    try:
        return njit(cache=True, **OPTIONS)(function)
    except RuntimeError:
        return njit(**OPTIONS)(function)


# --- exp, tanh and erf -------------------------------------------------------------------------
# The C library's versions are called once per number. These are plain arithmetic, which the
# compiler turns into vector instructions. float64 keeps the library's.


def exp(x):
    """`e^x`; compiled code for float32 within 2 ulp."""
    return np.exp(x)


def tanh(x):
    """Hyperbolic tangent; compiled code for float32 within 5 ulp."""
    return np.tanh(x)


def erf(x):
    """Error function; compiled code for float32 within 8 ulp."""
    return math.erf(x)


@register_jitable
def polynomial(x, coefficients):
    """Evaluate a polynomial by Horner's rule, highest power first."""
    value = coefficients[0]
    for c in coefficients[1:]:
        value = value * x + c
    return value


def f32(*numbers):
    return tuple(np.float32(number) for number in numbers)


LOG2_E, LN2_HIGH, LN2_LOW = f32(1.44269504, 0.693359375, -2.12194440e-4)
EXP_LOW, EXP_HIGH, ONE = f32(-87.33654, 88.37626, 1.0)
EXP = f32(1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5)
TANH_LIMIT = np.float32(7.90531110763549805)
TANH_TOP = f32(
    -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08,
    1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03,
)  # fmt: skip
TANH_BOTTOM = f32(
    1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03
)
ERF_LIMIT = np.float32(4.0)
ERF_TOP = f32(
    -2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05,
    -7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02,
)  # fmt: skip
ERF_BOTTOM = f32(
    -1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03,
    -1.42647390514189e-02,
)  # fmt: skip


@overload(exp, jit_options=OPTIONS)
def exp_compiled(x):
    if x != types.float32:
        return lambda x: np.exp(x)

    def exp32(x):
        # e^x = 2^n · e^r with r within ±ln2/2; writing n into the exponent bits makes 2^n.
        inside = min(max(x, EXP_LOW), EXP_HIGH)
        n = np.float32(np.rint(inside * LOG2_E))
        r = inside - n * LN2_HIGH - n * LN2_LOW
        e_r = polynomial(r, EXP) * r * r + r + ONE
        bits = (np.int32(n) + np.int32(127)) << np.int32(23)
        return e_r * np.int32(bits).view(np.float32) if x == x else x

    return exp32


@overload(tanh, jit_options=OPTIONS)
def tanh_compiled(x):
    if x != types.float32:
        return lambda x: np.tanh(x)

    def tanh32(x):
        inside = min(max(x, -TANH_LIMIT), TANH_LIMIT)
        square = inside * inside
        ratio = polynomial(square, TANH_TOP) / polynomial(square, TANH_BOTTOM)
        return inside * ratio if x == x else x

    return tanh32


@overload(erf, jit_options=OPTIONS)
def erf_compiled(x):
    if x != types.float32:
        return lambda x: math.erf(x)

    def erf32(x):
        inside = min(max(x, -ERF_LIMIT), ERF_LIMIT)
        square = inside * inside
        ratio = polynomial(square, ERF_TOP) / polynomial(square, ERF_BOTTOM)
        return inside * ratio if x == x else x

    return erf32


# --- one layer -----------------------------------------------------------------------------------
# Below, m is the number of samples in the batch; arrays are [unit, sample] and may be wider than m.


@compiled
def weighted_sums(W, H, Z, m):
    """`Z[j] += Σ_i W[i, j] · H[i]`, in blocks of 4 × 4 weights.

    A block reads four rows of H and four of Z once and uses them sixteen times; what is left over
    at the edges goes four inputs at a time, then one.
    """
    n_in, n_out = W.shape
    i_blocks, j_blocks = n_in - n_in % 4, n_out - n_out % 4
    for j in range(0, j_blocks, 4):
        for i in range(0, i_blocks, 4):
            a0, a1, a2, a3 = W[i, j], W[i + 1, j], W[i + 2, j], W[i + 3, j]
            b0, b1, b2, b3 = W[i, j + 1], W[i + 1, j + 1], W[i + 2, j + 1], W[i + 3, j + 1]
            c0, c1, c2, c3 = W[i, j + 2], W[i + 1, j + 2], W[i + 2, j + 2], W[i + 3, j + 2]
            d0, d1, d2, d3 = W[i, j + 3], W[i + 1, j + 3], W[i + 2, j + 3], W[i + 3, j + 3]
            for s in range(m):
                h0, h1, h2, h3 = H[i, s], H[i + 1, s], H[i + 2, s], H[i + 3, s]
                Z[j, s] += a0 * h0 + a1 * h1 + a2 * h2 + a3 * h3
                Z[j + 1, s] += b0 * h0 + b1 * h1 + b2 * h2 + b3 * h3
                Z[j + 2, s] += c0 * h0 + c1 * h1 + c2 * h2 + c3 * h3
                Z[j + 3, s] += d0 * h0 + d1 * h1 + d2 * h2 + d3 * h3
    for j in range(j_blocks, n_out):
        for i in range(0, i_blocks, 4):
            w0, w1, w2, w3 = W[i, j], W[i + 1, j], W[i + 2, j], W[i + 3, j]
            for s in range(m):
                Z[j, s] += w0 * H[i, s] + w1 * H[i + 1, s] + w2 * H[i + 2, s] + w3 * H[i + 3, s]
    for j in range(n_out):
        for i in range(i_blocks, n_in):
            w = W[i, j]
            for s in range(m):
                Z[j, s] += w * H[i, s]


@compiled
def linear(W, b, H, Z, m):
    """`z = h W + b` for every sample."""
    for j in range(len(b)):
        bias = b[j]
        for s in range(m):
            Z[j, s] = bias
    weighted_sums(W, H, Z, m)


@compiled
def linear_backward(W, D, G, G_below, m):
    """`g_below = (g Wᵀ) · f'(z_below)` for every sample."""
    for i in range(len(W)):
        for s in range(m):
            G_below[i, s] = 0
    weighted_sums(W.T, G, G_below, m)
    for i in range(len(W)):
        for s in range(m):
            G_below[i, s] *= D[i, s]


@compiled
def weight_gradient(H, G, dW, db, m):
    """`∂L/∂W = hᵀ g` and `∂L/∂b = Σ g`."""
    n_in, n_out = dW.shape
    for i in range(n_in):
        for j in range(n_out):
            total = G.dtype.type(0)
            for s in range(m):
                total += H[i, s] * G[j, s]
            dW[i, j] = total
    for j in range(n_out):
        total = G.dtype.type(0)
        for s in range(m):
            total += G[j, s]
        db[j] = total


@compiled
def activate(code, Z, H, D, m, with_derivative):
    """`h = f(z)` and, for training, `d = f'(z)`."""
    zero = Z.dtype.type(0)
    one = Z.dtype.type(1)
    half = Z.dtype.type(0.5)
    root_half = Z.dtype.type(math.sqrt(0.5))
    density_0 = Z.dtype.type(1 / math.sqrt(2 * math.pi))
    for j in range(len(Z)):
        if code == RELU:
            for s in range(m):
                H[j, s] = max(Z[j, s], zero)
            if with_derivative:
                for s in range(m):
                    D[j, s] = one if Z[j, s] > zero else zero
        elif code == TANH:
            for s in range(m):
                H[j, s] = tanh(Z[j, s])
            if with_derivative:
                for s in range(m):
                    D[j, s] = one - H[j, s] * H[j, s]
        elif code == SIGMOID:
            for s in range(m):
                H[j, s] = one / (one + exp(-Z[j, s]))
            if with_derivative:
                for s in range(m):
                    D[j, s] = H[j, s] * (one - H[j, s])
        elif code == GELU:
            for s in range(m):
                D[j, s] = half * (one + erf(Z[j, s] * root_half))
                H[j, s] = Z[j, s] * D[j, s]
            if with_derivative:
                for s in range(m):
                    D[j, s] += Z[j, s] * density_0 * exp(-half * Z[j, s] * Z[j, s])
        else:
            for s in range(m):
                H[j, s] = Z[j, s]
                D[j, s] = one


# --- the losses ----------------------------------------------------------------------------------


@compiled
def cross_entropy(Z, classes, G, shift, total, m):
    """Softmax cross-entropy of m samples with scores Z: summed loss, and number of hits.

    G becomes the gradient `p - onehot`; shift and total are scratch, one cell per sample.
    """
    for s in range(m):
        shift[s] = Z[0, s]
        total[s] = 0
    for k in range(1, len(Z)):
        for s in range(m):
            shift[s] = max(shift[s], Z[k, s])
    for k in range(len(Z)):
        for s in range(m):
            power = exp(Z[k, s] - shift[s])
            total[s] += power
            G[k, s] = power
    for k in range(len(Z)):
        for s in range(m):
            G[k, s] /= total[s]
    loss, hits, product = 0.0, 0, 1.0
    for s in range(m):
        target = classes[s]
        score = Z[target, s]
        loss += shift[s] - score
        # One logarithm of a product costs less than many logarithms.
        product *= total[s]
        if product > 1e200:
            loss += math.log(product)
            product = 1.0
        G[target, s] -= Z.dtype.type(1)
        if score == shift[s]:
            hits += 1
            for k in range(target):
                if Z[k, s] == score:  # of equal scores, the first counts as the answer
                    hits -= 1
                    break
    return loss + math.log(product), hits


@compiled
def squared_error(Z, values, G, m):
    """Squared error of m samples: the sum over samples and outputs; G becomes `2(ŷ - y)`."""
    loss = 0.0
    for k in range(len(Z)):
        for s in range(m):
            residual = Z[k, s] - values[k, s]
            loss += residual * residual
            G[k, s] = residual + residual
    return loss


# --- the network ---------------------------------------------------------------------------------


class Workspace(NamedTuple):
    """Arrays that every batch uses again. H, Z, D, G hold all layers: h, z, f'(z), ∂L/∂z."""

    H: np.ndarray
    Z: np.ndarray
    D: np.ndarray
    G: np.ndarray
    classes: np.ndarray
    values: np.ndarray
    shift: np.ndarray
    total: np.ndarray


@compiled
def load(examples, order, start, m, work):
    """Copy the samples `order[start : start + m]` and their targets into the workspace."""
    H = work.H
    for s in range(m):
        n = order[start + s]
        for i in range(examples.X.shape[1]):
            H[i, s] = examples.X[n, i]
        work.classes[s] = examples.classes[n]
        for k in range(examples.values.shape[1]):
            work.values[k, s] = examples.values[n, k]


@compiled
def forward(theta, sizes, activation, work, m, training):
    """Run the loaded samples through all layers; the outputs are the last rows of Z."""
    at, row = 0, 0
    for layer in range(len(sizes) - 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        above, biases = row + n_in, at + n_in * n_out
        W, b = theta[at:biases].reshape((n_in, n_out)), theta[biases : biases + n_out]
        Z = work.Z[above : above + n_out]
        linear(W, b, work.H[row:above], Z, m)
        if layer < len(sizes) - 2:
            H, D = work.H[above : above + n_out], work.D[above : above + n_out]
            activate(activation, Z, H, D, m, training)
        at, row = biases + n_out, above


@compiled
def measure(loss, sizes, work, m):
    """Compare the outputs with the targets: summed loss and hits; G gets the gradient's rows."""
    top = len(work.Z) - sizes[-1]
    Z, G = work.Z[top:], work.G[top:]
    if loss == CROSS_ENTROPY:
        return cross_entropy(Z, work.classes, G, work.shift, work.total, m)
    return squared_error(Z, work.values, G, m) / sizes[-1], 0


@compiled
def backward(theta, gradient, sizes, loss, work, m, norms):
    """Compute the mean gradient of every W and b, last layer first, and each layer's norm."""
    above, at = len(work.Z), len(theta)
    scale = theta.dtype.type(1.0 / (m if loss == CROSS_ENTROPY else m * sizes[-1]))
    outputs = work.G[above - sizes[-1] :]
    for k in range(len(outputs)):
        for s in range(m):
            outputs[k, s] *= scale
    for layer in range(len(sizes) - 2, -1, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        top, above = above, above - n_out
        row, biases = above - n_in, at - n_out
        end, at = at, biases - n_in * n_out
        G, H = work.G[above:top], work.H[row:above]
        dW, db = gradient[at:biases].reshape((n_in, n_out)), gradient[biases:end]
        weight_gradient(H, G, dW, db, m)
        if layer > 0:
            W = theta[at:biases].reshape((n_in, n_out))
            linear_backward(W, work.D[row:above], G, work.G[row:above], m)
        square = theta.dtype.type(0)
        for p in range(at, end):
            square += gradient[p] * gradient[p]
        norms[layer] = math.sqrt(square)


@compiled
def update(theta, velocity, gradient, momentum, rate):
    """`v ← μ·v + g; w ← w - η·v`; returns False, and moves nothing, if w would not be finite."""
    mu, eta = theta.dtype.type(momentum), theta.dtype.type(rate)
    check = theta.dtype.type(0)
    for p in range(len(theta)):
        velocity[p] = mu * velocity[p] + gradient[p]
        w = theta[p] - eta * velocity[p]
        check += w - w  # 0 for numbers, NaN for infinity and NaN
    if check != 0:
        return False
    for p in range(len(theta)):
        theta[p] -= eta * velocity[p]
    return True


@compiled
def evaluate(theta, sizes, activation, loss, examples, order, work, shared):
    """Mean loss and accuracy over all samples; NaN where there are none."""
    total, hits, n = 0.0, 0, len(examples.X)
    for start in range(0, n, BLOCK):
        if shared[STOP]:
            return math.nan, math.nan
        m = min(BLOCK, n - start)
        load(examples, order, start, m, work)
        forward(theta, sizes, activation, work, m, False)
        block_loss, block_hits = measure(loss, sizes, work, m)
        total += block_loss
        hits += block_hits
    accuracy = hits / n if loss == CROSS_ENTROPY else math.nan
    return total / n, accuracy


@compiled
def record_epoch(epoch, theta, sizes, activation, loss, train, val, order, record, work, shared):
    """Write down losses, accuracies and parameters at the end of an epoch."""
    record.train_loss[epoch], record.train_accuracy[epoch] = evaluate(
        theta, sizes, activation, loss, train, order, work, shared
    )
    record.val_loss[epoch], record.val_accuracy[epoch] = evaluate(
        theta, sizes, activation, loss, val, order, work, shared
    )
    record.snapshots[epoch] = theta


@compiled
def train(theta, velocity, sizes, activation, loss, momentum, rates, train, val, natural, orders,
          batch_size, drop_last, first_epoch, record, work, shared):  # fmt: skip
    """Train for `len(orders)` epochs, from `first_epoch` on; theta and velocity change in place.

    Returns: status, and the update at which a run stopped that did not finish.
    """
    n = len(train.X)
    per_epoch = n // batch_size if drop_last else -(-n // batch_size)
    gradient = np.empty_like(theta)
    if first_epoch == 0:
        record_epoch(0, theta, sizes, activation, loss, train, val, natural, record, work, shared)
    for epoch in range(first_epoch, first_epoch + len(orders)):
        order = orders[epoch - first_epoch]
        for batch in range(per_epoch):
            u = epoch * per_epoch + batch
            if shared[STOP]:
                return CANCELLED, u
            start = batch * batch_size
            m = min(batch_size, n - start)
            load(train, order, start, m, work)
            forward(theta, sizes, activation, work, m, True)
            record.batch_loss[u] = measure(loss, sizes, work, m)[0] / m
            backward(theta, gradient, sizes, loss, work, m, record.grad_norm[u])
            if not (math.isfinite(record.batch_loss[u]) and np.isfinite(record.grad_norm[u]).all()):
                return DIVERGED, u
            if not update(theta, velocity, gradient, momentum, rates[u]):
                return DIVERGED, u
            shared[UPDATES_DONE] = u + 1
        record_epoch(
            epoch + 1, theta, sizes, activation, loss, train, val, natural, record, work, shared
        )
    return FINISHED, -1
