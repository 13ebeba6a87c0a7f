"""Linear layers: sums over units and over samples, for LANES samples at once.

Arrays of activations hold one block of LANES samples after the other, each block row by row:
`A[row, s]` for the samples s to s + LANES begins at `s·height + row·LANES`, where height is the
number of rows. So going from unit to unit is going straight on in memory.
"""

from lessons.kernels.compiling import compiled
from lessons.kernels.lanes import LANES, load, store, store_transposed, total, zeros


@compiled
def weighted_sums(theta, at, i_step, j_step, n_in, n_out, bias, A, a, a_height, Z, z, z_height, m):
    """`Z[j] = b[j] + Σ_i W[i, j] · A[i]`, with `W[i, j] = theta[at + i·i_step + j·j_step]`.

    a and z are where A and Z begin for the first samples, bias is where b does, or negative. Eight
    units of two blocks of samples are summed at once: sixteen sums stay in registers, so each
    weight and each A[i] is read once for many of them.
    """
    paired = m - m % (2 * LANES) if m % (2 * LANES) <= LANES else m
    for s in range(0, paired, 2 * LANES):
        eight_by_two(
            theta, at, i_step, j_step, n_in, n_out, bias,
            A, a + s * a_height, a + (s + LANES) * a_height,
            Z, z + s * z_height, z + (s + LANES) * z_height,
        )  # fmt: skip
    for s in range(paired, m, LANES):
        eight_by_one(
            theta, at, i_step, j_step, n_in, n_out, bias,
            A, a + s * a_height, Z, z + s * z_height,
        )  # fmt: skip
    for s in range(0, m, LANES):
        remainder(
            theta, at, i_step, j_step, n_in, n_out, bias, A, a + s * a_height, Z, z + s * z_height
        )


@compiled
def eight_by_two(theta, at, i_step, j_step, n_in, n_out, bias, A, a, b, Z, y, z):
    """Weighted sums of two blocks: of the samples at a into y, and of those at b into z."""
    for j in range(0, n_out - n_out % 8, 8):
        y0 = y1 = y2 = y3 = y4 = y5 = y6 = y7 = zeros(theta)
        z0 = z1 = z2 = z3 = z4 = z5 = z6 = z7 = zeros(theta)
        w = at + j * j_step
        for i in range(n_in):
            g, h = load(A, a + i * LANES), load(A, b + i * LANES)
            y0, z0 = y0 + theta[w] * g, z0 + theta[w] * h
            y1, z1 = y1 + theta[w + j_step] * g, z1 + theta[w + j_step] * h
            y2, z2 = y2 + theta[w + 2 * j_step] * g, z2 + theta[w + 2 * j_step] * h
            y3, z3 = y3 + theta[w + 3 * j_step] * g, z3 + theta[w + 3 * j_step] * h
            y4, z4 = y4 + theta[w + 4 * j_step] * g, z4 + theta[w + 4 * j_step] * h
            y5, z5 = y5 + theta[w + 5 * j_step] * g, z5 + theta[w + 5 * j_step] * h
            y6, z6 = y6 + theta[w + 6 * j_step] * g, z6 + theta[w + 6 * j_step] * h
            y7, z7 = y7 + theta[w + 7 * j_step] * g, z7 + theta[w + 7 * j_step] * h
            w += i_step
        store_eight(theta, bias, j, Z, y, y0, y1, y2, y3, y4, y5, y6, y7)
        store_eight(theta, bias, j, Z, z, z0, z1, z2, z3, z4, z5, z6, z7)


@compiled
def eight_by_one(theta, at, i_step, j_step, n_in, n_out, bias, A, a, Z, z):
    """Weighted sums of one block."""
    for j in range(0, n_out - n_out % 8, 8):
        z0 = z1 = z2 = z3 = z4 = z5 = z6 = z7 = zeros(theta)
        w = at + j * j_step
        for i in range(n_in):
            h = load(A, a + i * LANES)
            z0 += theta[w] * h
            z1 += theta[w + j_step] * h
            z2 += theta[w + 2 * j_step] * h
            z3 += theta[w + 3 * j_step] * h
            z4 += theta[w + 4 * j_step] * h
            z5 += theta[w + 5 * j_step] * h
            z6 += theta[w + 6 * j_step] * h
            z7 += theta[w + 7 * j_step] * h
            w += i_step
        store_eight(theta, bias, j, Z, z, z0, z1, z2, z3, z4, z5, z6, z7)


@compiled
def store_eight(theta, bias, j, Z, z, z0, z1, z2, z3, z4, z5, z6, z7):
    """Write the sums of the units from j on, with the biases added."""
    z += j * LANES
    if bias >= 0:
        b = bias + j
        z0, z1, z2, z3 = z0 + theta[b], z1 + theta[b + 1], z2 + theta[b + 2], z3 + theta[b + 3]
        b += 4
        z4, z5, z6, z7 = z4 + theta[b], z5 + theta[b + 1], z6 + theta[b + 2], z7 + theta[b + 3]
    store_rows(Z, z, LANES, z0, z1, z2, z3, z4, z5, z6, z7)


@compiled
def remainder(theta, at, i_step, j_step, n_in, n_out, bias, A, a, Z, z):
    """The units left over by the eights; even and odd inputs apart, for two sums at a time."""
    for j in range(n_out - n_out % 8, n_out):
        even = odd = zeros(theta)
        if bias >= 0:
            even += theta[bias + j]
        w = at + j * j_step
        for i in range(0, n_in - 1, 2):
            even += theta[w] * load(A, a + i * LANES)
            odd += theta[w + i_step] * load(A, a + (i + 1) * LANES)
            w += 2 * i_step
        if n_in % 2:
            even += theta[w] * load(A, a + (n_in - 1) * LANES)
        store(Z, z + j * LANES, even + odd)


@compiled
def weight_gradient(gradient, at, n_in, n_out, H, h, h_height, G, g, g_height, m, T, starts):
    """`∂L/∂W = hᵀ g` and `∂L/∂b = Σ g`.

    Where there are many units, LANES of them are taken at once rather than LANES samples: then no
    sum runs across lanes. T is room for G with samples for rows; starts for where its rows are.
    """
    i_whole = n_in - n_in % 8 if n_out >= LANES else 0
    j_whole = n_out - n_out % LANES if i_whole else 0
    j_paired = j_whole - j_whole % (2 * LANES)
    second = (m + LANES - 1) // LANES * LANES * LANES
    for j in range(0, j_paired, 2 * LANES):
        transpose(G, g + j * LANES, g_height, m, T, 0, starts)
        transpose(G, g + (j + LANES) * LANES, g_height, m, T, second, starts)
        for i in range(0, i_whole, 8):
            w = at + i * n_out + j
            outer_products_by_two(gradient, w, n_out, H, h + i * LANES, h_height, T, second, m)
    for j in range(j_paired, j_whole, LANES):
        transpose(G, g + j * LANES, g_height, m, T, 0, starts)
        for i in range(0, i_whole, 8):
            w = at + i * n_out + j
            outer_products(gradient, w, n_out, H, h + i * LANES, h_height, T, m)
    for i in range(n_in):
        for j in range(j_whole if i < i_whole else 0, n_out):
            c = zeros(gradient)
            for s in range(0, m, LANES):
                p, q = h + i * LANES + s * h_height, g + j * LANES + s * g_height
                c += load(H, p) * load(G, q)
            gradient[at + i * n_out + j] = total(c)
    for j in range(n_out):
        c = zeros(gradient)
        for s in range(0, m, LANES):
            c += load(G, g + j * LANES + s * g_height)
        gradient[at + n_in * n_out + j] = total(c)


@compiled
def transpose(G, g, height, m, T, t, starts):
    """Write LANES rows of G, from g on, to T from t on, so that each sample is a row there."""
    for s in range(0, m, LANES):
        for k in range(LANES):
            starts[k] = g + k * LANES + s * height
        store_transposed(T, t + s * LANES, G, starts, 0)


@compiled
def outer_products_by_two(gradient, w, n_out, H, h, h_height, T, second, m):
    """The gradient of the weights from eight units, at h, to 2·LANES, sample after sample."""
    y0 = y1 = y2 = y3 = y4 = y5 = y6 = y7 = zeros(gradient)
    z0 = z1 = z2 = z3 = z4 = z5 = z6 = z7 = zeros(gradient)
    for s in range(0, m, LANES):
        for k in range(min(LANES, m - s)):
            a, t = h + s * h_height + k, (s + k) * LANES
            f, g = load(T, t), load(T, t + second)
            y0, z0 = y0 + H[a] * f, z0 + H[a] * g
            y1, z1 = y1 + H[a + LANES] * f, z1 + H[a + LANES] * g
            y2, z2 = y2 + H[a + 2 * LANES] * f, z2 + H[a + 2 * LANES] * g
            y3, z3 = y3 + H[a + 3 * LANES] * f, z3 + H[a + 3 * LANES] * g
            y4, z4 = y4 + H[a + 4 * LANES] * f, z4 + H[a + 4 * LANES] * g
            y5, z5 = y5 + H[a + 5 * LANES] * f, z5 + H[a + 5 * LANES] * g
            y6, z6 = y6 + H[a + 6 * LANES] * f, z6 + H[a + 6 * LANES] * g
            y7, z7 = y7 + H[a + 7 * LANES] * f, z7 + H[a + 7 * LANES] * g
    store_rows(gradient, w, n_out, y0, y1, y2, y3, y4, y5, y6, y7)
    store_rows(gradient, w + LANES, n_out, z0, z1, z2, z3, z4, z5, z6, z7)


@compiled
def outer_products(gradient, w, n_out, H, h, h_height, T, m):
    """The gradient of the weights from eight units, at h, to LANES."""
    c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = zeros(gradient)
    for s in range(0, m, LANES):
        for k in range(min(LANES, m - s)):
            a, g = h + s * h_height + k, load(T, (s + k) * LANES)
            c0 += H[a] * g
            c1 += H[a + LANES] * g
            c2 += H[a + 2 * LANES] * g
            c3 += H[a + 3 * LANES] * g
            c4 += H[a + 4 * LANES] * g
            c5 += H[a + 5 * LANES] * g
            c6 += H[a + 6 * LANES] * g
            c7 += H[a + 7 * LANES] * g
    store_rows(gradient, w, n_out, c0, c1, c2, c3, c4, c5, c6, c7)


@compiled
def store_rows(A, a, width, c0, c1, c2, c3, c4, c5, c6, c7):
    """Write eight vectors, `width` numbers apart."""
    store(A, a, c0)
    store(A, a + width, c1)
    store(A, a + 2 * width, c2)
    store(A, a + 3 * width, c3)
    store(A, a + 4 * width, c4)
    store(A, a + 5 * width, c5)
    store(A, a + 6 * width, c6)
    store(A, a + 7 * width, c7)


@compiled
def multiply(G, factor, first, height, n, m):
    """Multiply n rows of G by the same rows of `factor`."""
    for s in range(0, m, LANES):
        start = first + s * height
        for a in range(start, start + n * LANES, LANES):
            store(G, a, load(G, a) * load(factor, a))
