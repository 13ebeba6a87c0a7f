"""Linear layers: sums over units, for many samples at once."""

from lessons.kernels.compiling import compiled
from lessons.kernels.lanes import LANES, load, store, store_totals, total, zeros


@compiled
def weighted_sums(theta, at, i_step, j_step, n_in, n_out, bias, A, a_row, Z, z_row, width, m):
    """`Z[j] = b[j] + Σ_i W[i, j] · A[i]`, with `W[i, j] = theta[at + i·i_step + j·j_step]`.

    bias is where b begins, or negative. Eight sums stay in registers, so that each A[i] is read
    once for all of them.
    """
    for s in range(0, m, LANES):
        for j in range(0, n_out - n_out % 8, 8):
            z0 = z1 = z2 = z3 = z4 = z5 = z6 = z7 = zeros(theta)
            if bias >= 0:
                b = bias + j
                z0, z1, z2, z3 = (
                    z0 + theta[b],
                    z1 + theta[b + 1],
                    z2 + theta[b + 2],
                    z3 + theta[b + 3],
                )
                z4, z5, z6, z7 = (
                    z4 + theta[b + 4],
                    z5 + theta[b + 5],
                    z6 + theta[b + 6],
                    z7 + theta[b + 7],
                )
            w, a = at + j * j_step, a_row * width + s
            for _ in range(n_in):
                h = load(A, a)
                z0 += theta[w] * h
                z1 += theta[w + j_step] * h
                z2 += theta[w + 2 * j_step] * h
                z3 += theta[w + 3 * j_step] * h
                z4 += theta[w + 4 * j_step] * h
                z5 += theta[w + 5 * j_step] * h
                z6 += theta[w + 6 * j_step] * h
                z7 += theta[w + 7 * j_step] * h
                w += i_step
                a += width
            z = (z_row + j) * width + s
            store(Z, z, z0)
            store(Z, z + width, z1)
            store(Z, z + 2 * width, z2)
            store(Z, z + 3 * width, z3)
            store(Z, z + 4 * width, z4)
            store(Z, z + 5 * width, z5)
            store(Z, z + 6 * width, z6)
            store(Z, z + 7 * width, z7)
        for j in range(n_out - n_out % 8, n_out):
            even = odd = zeros(theta)
            if bias >= 0:
                even += theta[bias + j]
            w, a = at + j * j_step, a_row * width + s
            for _ in range(n_in // 2):
                even += theta[w] * load(A, a)
                odd += theta[w + i_step] * load(A, a + width)
                w += 2 * i_step
                a += 2 * width
            if n_in % 2:
                even += theta[w] * load(A, a)
            store(Z, (z_row + j) * width + s, even + odd)


@compiled
def weight_gradient(gradient, at, n_in, n_out, H, h_row, G, g_row, width, m):
    """`∂L/∂W = hᵀ g`, eight at a time, and `∂L/∂b = Σ g`."""
    for i in range(n_in):
        for j in range(0, n_out - n_out % 8, 8):
            c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = zeros(gradient)
            for s in range(0, m, LANES):
                h = load(H, (h_row + i) * width + s)
                g = (g_row + j) * width + s
                c0 += h * load(G, g)
                c1 += h * load(G, g + width)
                c2 += h * load(G, g + 2 * width)
                c3 += h * load(G, g + 3 * width)
                c4 += h * load(G, g + 4 * width)
                c5 += h * load(G, g + 5 * width)
                c6 += h * load(G, g + 6 * width)
                c7 += h * load(G, g + 7 * width)
            store_totals(gradient, at + i * n_out + j, (c0, c1, c2, c3, c4, c5, c6, c7))
        for j in range(n_out - n_out % 8, n_out):
            c = zeros(gradient)
            for s in range(0, m, LANES):
                c += load(H, (h_row + i) * width + s) * load(G, (g_row + j) * width + s)
            gradient[at + i * n_out + j] = total(c)
    for j in range(n_out):
        c = zeros(gradient)
        for s in range(0, m, LANES):
            c += load(G, (g_row + j) * width + s)
        gradient[at + n_in * n_out + j] = total(c)


@compiled
def multiply(G, factor, row, n, width, m):
    """Multiply n rows of G by the same rows of `factor`."""
    for a in range(row * width, (row + n) * width, width):
        for s in range(a, a + m, LANES):
            store(G, s, load(G, s) * load(factor, s))
