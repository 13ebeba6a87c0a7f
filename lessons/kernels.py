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
# Far out they are exactly 0, ±1 and infinity: a unit that is saturated must let nothing through,
# or a large number behind it would count for something.


def exp(x):
    """`e^x`; compiled code for float32 within 5 ulp from -87.3 to 88.3, beyond that 0, infinity."""
    return np.exp(x)


def tanh(x):
    """Hyperbolic tangent; compiled code for float32 within 5 ulp, where it is above 1e-35."""
    return np.tanh(x)


def erf(x):
    """Error function; compiled code for float32 within 8 ulp, where it is above 1e-35."""
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
EXP_LOW, EXP_HIGH = f32(-87.33654, 88.37626)
ZERO, ONE, INFINITY = f32(0.0, 1.0, math.inf)
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
        power = e_r * np.int32(bits).view(np.float32)
        power = power if x > EXP_LOW else ZERO
        power = power if x < EXP_HIGH else INFINITY
        return power if x == x else x

    return exp32


@overload(tanh, jit_options=OPTIONS)
def tanh_compiled(x):
    if x != types.float32:
        return lambda x: np.tanh(x)

    def tanh32(x):
        inside = min(max(x, -TANH_LIMIT), TANH_LIMIT)
        square = inside * inside
        ratio = polynomial(square, TANH_TOP) / polynomial(square, TANH_BOTTOM)
        value = inside * ratio if abs(x) < TANH_LIMIT else np.copysign(ONE, x)
        return value if x == x else x

    return tanh32


@overload(erf, jit_options=OPTIONS)
def erf_compiled(x):
    if x != types.float32:
        return lambda x: math.erf(x)

    def erf32(x):
        inside = min(max(x, -ERF_LIMIT), ERF_LIMIT)
        square = inside * inside
        ratio = polynomial(square, ERF_TOP) / polynomial(square, ERF_BOTTOM)
        value = inside * ratio if abs(x) < ERF_LIMIT else np.copysign(ONE, x)
        return value if x == x else x

    return erf32


# --- one layer -----------------------------------------------------------------------------------
# theta holds the layers one behind the other, each as W row by row, then b; `at` is where a layer
# begins. Arrays are [layer, unit, sample] and may be larger than what is used: m is the number of
# samples. No views are cut in here, for that would cost more than the arithmetic.


@compiled
def weighted_sums(theta, at, i_step, j_step, n_in, n_out, H, below, Z, above, m):
    """`Z[above, j] += Σ_i W[i, j] · H[below, i]`, `W[i, j] = theta[at + i·i_step + j·j_step]`.

    A block of 4 × 4 weights reads four rows of H and four of Z once and uses them sixteen times;
    what is left over at the edges goes four inputs at a time, then one.
    """
    i_blocks, j_blocks = n_in - n_in % 4, n_out - n_out % 4
    for j in range(0, j_blocks, 4):
        for i in range(0, i_blocks, 4):
            w = at + i * i_step + j * j_step
            a0, a1, a2, a3 = four(theta, w, i_step)
            b0, b1, b2, b3 = four(theta, w + j_step, i_step)
            c0, c1, c2, c3 = four(theta, w + 2 * j_step, i_step)
            d0, d1, d2, d3 = four(theta, w + 3 * j_step, i_step)
            for s in range(m):
                h0, h1 = H[below, i, s], H[below, i + 1, s]
                h2, h3 = H[below, i + 2, s], H[below, i + 3, s]
                Z[above, j, s] += a0 * h0 + a1 * h1 + a2 * h2 + a3 * h3
                Z[above, j + 1, s] += b0 * h0 + b1 * h1 + b2 * h2 + b3 * h3
                Z[above, j + 2, s] += c0 * h0 + c1 * h1 + c2 * h2 + c3 * h3
                Z[above, j + 3, s] += d0 * h0 + d1 * h1 + d2 * h2 + d3 * h3
    for j in range(j_blocks, n_out):
        for i in range(0, i_blocks, 4):
            w0, w1, w2, w3 = four(theta, at + i * i_step + j * j_step, i_step)
            for s in range(m):
                h0, h1 = H[below, i, s], H[below, i + 1, s]
                h2, h3 = H[below, i + 2, s], H[below, i + 3, s]
                Z[above, j, s] += w0 * h0 + w1 * h1 + w2 * h2 + w3 * h3
    for j in range(n_out):
        for i in range(i_blocks, n_in):
            w0 = theta[at + i * i_step + j * j_step]
            for s in range(m):
                Z[above, j, s] += w0 * H[below, i, s]


@register_jitable
def four(theta, at, step):
    """Four weights, `step` apart."""
    return theta[at], theta[at + step], theta[at + 2 * step], theta[at + 3 * step]


@compiled
def linear(theta, at, n_in, n_out, H, Z, layer, m):
    """`z = h W + b` for every sample."""
    for j in range(n_out):
        b = theta[at + n_in * n_out + j]
        for s in range(m):
            Z[layer, j, s] = b
    weighted_sums(theta, at, n_out, 1, n_in, n_out, H, layer, Z, layer, m)


@compiled
def linear_backward(theta, at, n_in, n_out, D, G, layer, m):
    """`g_below = (g Wᵀ) · f'(z_below)` for every sample."""
    for i in range(n_in):
        for s in range(m):
            G[layer - 1, i, s] = 0
    weighted_sums(theta, at, 1, n_out, n_out, n_in, G, layer, G, layer - 1, m)
    for i in range(n_in):
        for s in range(m):
            G[layer - 1, i, s] *= D[layer - 1, i, s]


@compiled
def weight_gradient(gradient, at, n_in, n_out, H, G, layer, m):
    """`∂L/∂W = hᵀ g` and `∂L/∂b = Σ g`, two by two; returns the sum of their squares."""
    i_blocks, j_blocks = n_in - n_in % 2, n_out - n_out % 2
    for i in range(0, i_blocks, 2):
        for j in range(0, j_blocks, 2):
            a0 = a1 = b0 = b1 = G.dtype.type(0)
            for s in range(m):
                h0, h1 = H[layer, i, s], H[layer, i + 1, s]
                g0, g1 = G[layer, j, s], G[layer, j + 1, s]
                a0 += h0 * g0
                a1 += h0 * g1
                b0 += h1 * g0
                b1 += h1 * g1
            w = at + i * n_out + j
            gradient[w], gradient[w + 1] = a0, a1
            gradient[w + n_out], gradient[w + n_out + 1] = b0, b1
    for i in range(n_in):
        for j in range(j_blocks if i < i_blocks else 0, n_out):
            total = G.dtype.type(0)
            for s in range(m):
                total += H[layer, i, s] * G[layer, j, s]
            gradient[at + i * n_out + j] = total
    biases = at + n_in * n_out
    for j in range(n_out):
        total = G.dtype.type(0)
        for s in range(m):
            total += G[layer, j, s]
        gradient[biases + j] = total
    square = G.dtype.type(0)
    for p in range(at, biases + n_out):
        square += gradient[p] * gradient[p]
    return square


@compiled
def activate(code, Z, H, D, layer, n, m, with_derivative):
    """`h = f(z)` and, for training, `d = f'(z)`."""
    zero = Z.dtype.type(0)
    one = Z.dtype.type(1)
    half = Z.dtype.type(0.5)
    root_half = Z.dtype.type(math.sqrt(0.5))
    density_0 = Z.dtype.type(1 / math.sqrt(2 * math.pi))
    for j in range(n):
        if code == RELU:
            for s in range(m):
                H[layer + 1, j, s] = max(Z[layer, j, s], zero)
            if with_derivative:
                for s in range(m):
                    D[layer, j, s] = one if Z[layer, j, s] > zero else zero
        elif code == TANH:
            for s in range(m):
                H[layer + 1, j, s] = tanh(Z[layer, j, s])
            if with_derivative:
                for s in range(m):
                    D[layer, j, s] = one - H[layer + 1, j, s] * H[layer + 1, j, s]
        elif code == SIGMOID:
            for s in range(m):
                H[layer + 1, j, s] = one / (one + exp(-Z[layer, j, s]))
            if with_derivative:
                for s in range(m):
                    D[layer, j, s] = H[layer + 1, j, s] * (one - H[layer + 1, j, s])
        elif code == GELU:
            for s in range(m):
                D[layer, j, s] = half * (one + erf(Z[layer, j, s] * root_half))
                H[layer + 1, j, s] = Z[layer, j, s] * D[layer, j, s]
            if with_derivative:
                for s in range(m):
                    D[layer, j, s] += (
                        Z[layer, j, s] * density_0 * exp(-half * Z[layer, j, s] * Z[layer, j, s])
                    )
        else:
            for s in range(m):
                H[layer + 1, j, s] = Z[layer, j, s]
                D[layer, j, s] = one


# --- the losses ----------------------------------------------------------------------------------


@compiled
def cross_entropy(Z, classes, G, layer, n_classes, shift, total, m):
    """Softmax cross-entropy of m samples with scores Z: summed loss, and number of hits.

    G becomes the gradient `p - onehot`; shift and total are scratch, one cell per sample.
    """
    for s in range(m):
        shift[s] = Z[layer, 0, s]
        total[s] = 0
    for k in range(1, n_classes):
        for s in range(m):
            shift[s] = max(shift[s], Z[layer, k, s])
    for k in range(n_classes):
        for s in range(m):
            power = exp(Z[layer, k, s] - shift[s])
            total[s] += power
            G[layer, k, s] = power
    for k in range(n_classes):
        for s in range(m):
            G[layer, k, s] /= total[s]
    loss, hits, product = 0.0, 0, 1.0
    for s in range(m):
        target = classes[s]
        score = Z[layer, target, s]
        loss += shift[s] - score
        # One logarithm of a product costs less than many logarithms.
        product *= total[s]
        if product > 1e200:
            loss += math.log(product)
            product = 1.0
        G[layer, target, s] -= Z.dtype.type(1)
        if score == shift[s]:
            hits += 1
            for k in range(target):
                if Z[layer, k, s] == score:  # of equal scores, the first counts as the answer
                    hits -= 1
                    break
    return loss + math.log(product), hits


@compiled
def squared_error(Z, values, G, layer, n_outputs, m):
    """Squared error of m samples: the sum over samples and outputs; G becomes `2(ŷ - y)`."""
    loss = 0.0
    for k in range(n_outputs):
        for s in range(m):
            residual = Z[layer, k, s] - values[k, s]
            loss += residual * residual
            G[layer, k, s] = residual + residual
    return loss


# --- the network ---------------------------------------------------------------------------------


class Workspace(NamedTuple):
    """Arrays that every batch uses again.

    For every layer l: its inputs H[l], its outputs Z[l], and there D[l] = f'(z) and G[l] = ∂L/∂z.
    """

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
            H[0, i, s] = examples.X[n, i]
        work.classes[s] = examples.classes[n]
        for k in range(examples.values.shape[1]):
            work.values[k, s] = examples.values[n, k]


@compiled
def forward(theta, sizes, activation, work, m, training):
    """Run the loaded samples through all layers; the outputs are in the last layer of Z."""
    last, at = len(sizes) - 2, 0
    for layer in range(last + 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        linear(theta, at, n_in, n_out, work.H, work.Z, layer, m)
        if layer < last:
            activate(activation, work.Z, work.H, work.D, layer, n_out, m, training)
        at += (n_in + 1) * n_out


@compiled
def measure(loss, sizes, work, m):
    """Compare the outputs with the targets: summed loss and hits; G gets the gradient's rows."""
    last, n_out = len(sizes) - 2, sizes[-1]
    if loss == CROSS_ENTROPY:
        return cross_entropy(work.Z, work.classes, work.G, last, n_out, work.shift, work.total, m)
    return squared_error(work.Z, work.values, work.G, last, n_out, m) / n_out, 0


@compiled
def backward(theta, gradient, sizes, loss, work, m, norms, u):
    """Compute the mean gradient of every W and b, last layer first, and each layer's norm.

    Returns: the sum of the norms, which is finite if and only if all of them are.
    """
    total = 0.0
    last, at = len(sizes) - 2, len(theta)
    scale = theta.dtype.type(1.0 / (m if loss == CROSS_ENTROPY else m * sizes[-1]))
    for k in range(sizes[-1]):
        for s in range(m):
            work.G[last, k, s] *= scale
    for layer in range(last, -1, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        at -= (n_in + 1) * n_out
        square = weight_gradient(gradient, at, n_in, n_out, work.H, work.G, layer, m)
        norms[u, layer] = math.sqrt(square)
        total += norms[u, layer]
        if layer > 0:
            linear_backward(theta, at, n_in, n_out, work.D, work.G, layer, m)
    return total


@compiled
def update(theta, velocity, gradient, momentum, rate):
    """`v ← μ·v + g; w ← w - η·v`; returns False, and moves nothing, if w would not be finite."""
    mu, eta = theta.dtype.type(momentum), theta.dtype.type(rate)
    infinity = theta.dtype.type(math.inf)
    lost = 0
    for p in range(len(theta)):
        velocity[p] = mu * velocity[p] + gradient[p]
        w = theta[p] - eta * velocity[p]
        # Reordering sums may cancel `w - w`, so finite is what is smaller than infinity.
        lost += not abs(w) < infinity
    if lost > 0:
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
    train_scores = evaluate(theta, sizes, activation, loss, train, order, work, shared)
    val_scores = evaluate(theta, sizes, activation, loss, val, order, work, shared)
    record.snapshots[epoch] = theta
    if not shared[STOP]:
        record.train_loss[epoch], record.train_accuracy[epoch] = train_scores
        record.val_loss[epoch], record.val_accuracy[epoch] = val_scores


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
            batch_loss = measure(loss, sizes, work, m)[0] / m
            norm = backward(theta, gradient, sizes, loss, work, m, record.grad_norm, u)
            record.batch_loss[u] = batch_loss
            if not abs(batch_loss + norm) < math.inf:
                return DIVERGED, u
            if not update(theta, velocity, gradient, momentum, rates[u]):
                return DIVERGED, u
            shared[UPDATES_DONE] = u + 1
        record_epoch(
            epoch + 1, theta, sizes, activation, loss, train, val, natural, record, work, shared
        )
        if shared[STOP]:
            return CANCELLED, u + 1
        if not math.isfinite(record.train_loss[epoch + 1]):
            return DIVERGED, u
    return FINISHED, -1
