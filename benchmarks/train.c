/* One whole training of a fully connected network, in plain C for a compiler that vectorizes.

       cc -O3 -march=native -ffast-math -o train train.c -lm && ./train FILE ROUNDS

   With -DPLAIN its two sums are plain loops; without, they are blocked for registers by hand.

   Softmax cross-entropy, plain SGD, float32.  FILE, which peers.py writes, holds
       int32    layers, samples, batch size, epochs, 0 ReLU or 1 tanh, sizes[layers + 1]
       float32  learning rate, first w (W (in, out) row by row, then b, of each layer), X row by row
       int32    classes, the order of the samples in each epoch
   Trains once to warm up and then ROUNDS times, from the same weights; prints the milliseconds and
   the last loss over all samples of each.
   Samples lie along the contiguous axis, H[unit][sample], padded to whole tiles.  After the units
   comes a row of ones, which makes b one more row of W.  Units are taken several at a time: rows
   past the last one are read and written, but count for nothing. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TILE = 32, LANES = 16, ROWS = 8, BLOCK = 128, MAX_BATCH = 1024, MAX_LAYERS = 16 };

static int32_t layers, n, batch_size, epochs, is_tanh, *sizes, *classes, *orders, target[MAX_BATCH];
static float *rate, *first_w, *w, *gradient, *X, *batch_loss, *train_loss;
static float top[MAX_BATCH], total[MAX_BATCH];  /* of each sample: the best score, Σ exp(score) */
static float *H[MAX_LAYERS + 1];       /* the inputs of each layer, and the last one's outputs */
static float *g, *g_below, *g_turned;  /* ∂L/∂z of a layer, of the one below, and transposed */

static int round_up(int m, int step) { return (m + step - 1) / step * step; }

#ifdef PLAIN /* the loops as one first writes them */

static void sums(int n_in, int n_out, int i_step, int k_step, const float *restrict w,
                 const float *restrict h, float *restrict z, int m) {
    for (int k = 0; k < n_out; k++) {
        for (int s = 0; s < m; s++)
            z[k * m + s] = 0;
        for (int i = 0; i < n_in; i++)
            for (int s = 0; s < m; s++)
                z[k * m + s] += w[i * i_step + k * k_step] * h[i * m + s];
    }
}

static void gradients(int n_in, int n_out, const float *restrict h, float *restrict dw, int m) {
    for (int i = 0; i < n_in; i++)
        for (int k = 0; k < n_out; k++) {
            float sum = 0;
            for (int s = 0; s < m; s++)
                sum += h[i * m + s] * g[k * m + s];
            dw[i * n_out + k] = sum;
        }
}

#else /* what makes them faster */

/* z[k] = Σ_i w[i·i_step + k·k_step]·h[i], four k at a time, whose sums stay in registers. */
static void sums(int n_in, int n_out, int i_step, int k_step, const float *restrict w,
                 const float *restrict h, float *restrict z, int m) {
    for (int k = 0; k < n_out; k += 4)
        for (int t = 0; t < m; t += TILE) {
            float sum[4][TILE] = {{0}};
            for (int i = 0; i < n_in; i++)
                for (int a = 0; a < 4; a++)
                    for (int s = 0; s < TILE; s++)
                        sum[a][s] += w[i * i_step + (k + a) * k_step] * h[i * m + t + s];
            for (int a = 0; a < 4; a++)
                memcpy(z + (k + a) * m + t, sum[a], sizeof sum[a]);
        }
}

/* ∂L/∂W = hᵀ g: for few outputs sums over samples, two by two; for many, of LANES at once. */
static void gradients(int n_in, int n_out, const float *restrict h, float *restrict dw, int m) {
    int stride = round_up(n_out, LANES);
    for (int i = 0; i < n_in && n_out <= LANES; i += 2)
        for (int k = 0; k < n_out; k += 2) {
            float sum[2][2] = {{0}};
            for (int s = 0; s < m; s++)
                for (int a = 0; a < 2; a++)
                    for (int b = 0; b < 2; b++)
                        sum[a][b] += h[(i + a) * m + s] * g[(k + b) * m + s];
            for (int a = 0; a < 2 && i + a < n_in; a++)
                for (int b = 0; b < 2 && k + b < n_out; b++)
                    dw[(i + a) * n_out + k + b] = sum[a][b];
        }
    for (int k = 0; k < n_out && n_out > LANES; k++)
        for (int s = 0; s < m; s++)
            g_turned[s * stride + k] = g[k * m + s];
    for (int i = 0; i < n_in && n_out > LANES; i += ROWS)
        for (int k = 0; k < n_out; k += LANES) {
            float sum[ROWS][LANES] = {{0}};
            for (int s = 0; s < m; s++)
                for (int a = 0; a < ROWS; a++)
#pragma GCC unroll 1 /* it is to become one vector instruction */
                    for (int b = 0; b < LANES; b++)
                        sum[a][b] += h[(i + a) * m + s] * g_turned[s * stride + k + b];
            for (int a = 0; a < ROWS && i + a < n_in; a++)
                for (int b = 0; b < LANES && k + b < n_out; b++)
                    dw[(i + a) * n_out + k + b] = sum[a][b];
        }
}

#endif

static void load(const int32_t *order, int start, int count, int m) {
    for (int s = 0; s < m; s++) {
        int row = s >= count ? 0 : order ? order[start + s] : start + s;
        target[s] = classes[row];
        for (int i = 0; i < sizes[0]; i++)
            H[0][i * m + s] = X[(size_t)row * sizes[0] + i];
    }
}

static void forward(int m) {
    const float *layer_w = w;
    for (int l = 0; l < layers; l++) {
        int n_in = sizes[l], n_out = sizes[l + 1];
        float *restrict z = H[l + 1];
        for (int s = 0; s < m; s++)
            H[l][n_in * m + s] = 1;
        sums(n_in + 1, n_out, n_out, 1, layer_w, H[l], z, m);
        for (int p = 0; p < n_out * m && l < layers - 1; p++)
            z[p] = is_tanh ? tanhf(z[p]) : z[p] > 0 ? z[p] : 0;
        layer_w += (n_in + 1) * n_out;
    }
}

/* Summed softmax cross-entropy; g becomes (p - onehot)·scale, 0 in the padding. */
static double cross_entropy(int count, int m, float scale) {
    const float *restrict z = H[layers];
    double loss = 0;
    for (int s = 0; s < m; s++)
        top[s] = z[s], total[s] = 0;
    for (int k = 1; k < sizes[layers]; k++)
        for (int s = 0; s < m; s++)
            top[s] = z[k * m + s] > top[s] ? z[k * m + s] : top[s];
    for (int k = 0; k < sizes[layers]; k++)
        for (int s = 0; s < m; s++)
            total[s] += g[k * m + s] = expf(z[k * m + s] - top[s]);
    for (int s = 0; s < count; s++)
        loss += logf(total[s]) + top[s] - z[target[s] * m + s];
    for (int k = 0; k < sizes[layers]; k++)
        for (int s = 0; s < m; s++)
            g[k * m + s] *= s < count ? scale / total[s] : 0;
    for (int s = 0; s < count; s++)
        g[target[s] * m + s] -= scale;
    return loss;
}

static void backward(int parameters, int m) {
    for (int l = layers - 1, at = parameters; l >= 0; l--) {
        int n_in = sizes[l], n_out = sizes[l + 1];
        at -= (n_in + 1) * n_out;
        gradients(n_in + 1, n_out, H[l], gradient + at, m);
        if (l == 0)
            break;
        const float *restrict h = H[l];
        float *restrict d = g_below;
        sums(n_out, n_in, 1, n_out, w + at, g, d, m);
        for (int p = 0; p < n_in * m; p++)
            d[p] *= is_tanh ? 1 - h[p] * h[p] : h[p] > 0 ? 1.0f : 0.0f;
        g_below = g, g = d;
    }
}

static void train(int parameters) {
    memcpy(w, first_w, parameters * sizeof *w);
    for (int epoch = 0, u = 0; epoch < epochs; epoch++) {
        for (int start = 0; start < n; start += batch_size, u++) {
            int count = n - start < batch_size ? n - start : batch_size, m = round_up(count, TILE);
            load(orders + (size_t)epoch * n, start, count, m);
            forward(m);
            batch_loss[u] = cross_entropy(count, m, 1.0f / count) / count;
            backward(parameters, m);
            for (int p = 0; p < parameters; p++)
                w[p] -= *rate * gradient[p];
        }
        double loss = 0;
        for (int start = 0; start < n; start += BLOCK) {
            int count = n - start < BLOCK ? n - start : BLOCK, m = round_up(count, TILE);
            load(NULL, start, count, m);
            forward(m);
            loss += cross_entropy(count, m, 1);
        }
        train_loss[epoch] = loss / n;
    }
}

/* So many four-byte numbers: the next ones of the file, or zeros. */
static void *array(size_t count, FILE *file) {
    size_t bytes = (count * 4 / 64 + 1) * 64;
    void *memory = memset(aligned_alloc(64, bytes), 0, bytes);
    if (file && fread(memory, 4, count, file) != count)
        exit(fputs("the file is too short\n", stderr));
    return memory;
}

int main(int argc, char **argv) {
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    int rounds = argc == 3 ? atoi(argv[2]) : 0, parameters = 0;
    int32_t *header = rounds > 0 && file ? array(5, file) : NULL;
    if (!header || header[0] > MAX_LAYERS || header[2] > MAX_BATCH)
        return fputs("usage: train FILE ROUNDS (16 layers, batches of 1024 at most)\n", stderr), 2;
    layers = header[0], n = header[1], batch_size = header[2], epochs = header[3];
    is_tanh = header[4], sizes = array(layers + 1, file), rate = array(1, file);
    size_t widest = 0, width = round_up(batch_size > BLOCK ? batch_size : BLOCK, TILE);
    for (int l = 0; l <= layers; l++) {
        widest = (size_t)sizes[l] > widest ? (size_t)sizes[l] : widest;
        parameters += l < layers ? (sizes[l] + 1) * sizes[l + 1] : 0;
        H[l] = array((sizes[l] + ROWS) * width, NULL);
    }
    first_w = array(parameters, file), X = array((size_t)n * sizes[0], file);
    classes = array(n, file), orders = array((size_t)epochs * n, file);
    w = array(parameters + 4 * widest, NULL), gradient = array(parameters, NULL);
    g = array((widest + ROWS) * width, NULL), g_below = array((widest + ROWS) * width, NULL);
    g_turned = array((widest + LANES) * width, NULL), train_loss = array(epochs, NULL);
    batch_loss = array((size_t)epochs * (n / batch_size + 1), NULL);
    for (int round = 0; round <= rounds; round++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        train(parameters);
        clock_gettime(CLOCK_MONOTONIC, &b);
        double ms = 1e3 * (b.tv_sec - a.tv_sec) + 1e-6 * (b.tv_nsec - a.tv_nsec);
        if (round > 0)
            printf("%.4f %.6f\n", ms, train_loss[epochs - 1]);
    }
}
