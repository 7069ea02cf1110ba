/* Gray phonons in a square with one hot side, at rest: 256 x 256 cells, 64 directions, second-order upwinding with the same
   limiter as clausius, plain source iteration, directions shared among threads. A peer for the time to solution.

   cc -O3 -march=native -ffast-math -fopenmp -o square square.c -lm && ./square KNUDSEN [CELLS] */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POLAR = 2, AROUND = 8, IMAGES = 4, DIRECTIONS = POLAR * AROUND * IMAGES, MOST = 20000 };

static void gauss(int n, double low, double high, double *x, double *w)
{
    for (int i = 0; i < n; i++) {
        double t = cos(M_PI * (i + 0.75) / (n + 0.5)), slope = 1;
        for (int k = 0; k < 50; k++) {
            double p = 1, before = 0;
            for (int j = 0; j < n; j++) {
                double next = ((2 * j + 1) * t * p - j * before) / (j + 1);
                before = p;
                p = next;
            }
            slope = n * (t * p - before) / (t * t - 1);
            t -= p / slope;
        }
        x[i] = 0.5 * ((high - low) * t + high + low);
        w[i] = (high - low) / ((1 - t * t) * slope * slope);
    }
}

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* One direction over the square: y grows to the hot side. Adds weight times what it carries. */
static double fly(int n, double sx, double sy, double weight, double path, const double *T, double *g, double *mean,
                  double *column)
{
    double kx = fabs(sx) * n, ky = fabs(sy) * n, in_hot = 0;
    double wall_x = 0, wall_y = sy < 0 ? 1 : 0;
    int dx = sx > 0 ? 1 : -1, dy = sy > 0 ? 1 : -1;
    for (int i = 0; i < n; i++) column[i] = wall_y;
    for (int j = 0, y = dy > 0 ? 0 : n - 1; j < n; j++, y += dy) {
        double row = wall_x;
        for (int i = 0, x = dx > 0 ? 0 : n - 1; i < n; i++, x += dx) {
            int c = y * n + x;
            double t = T[c], low = t, high = t;
            double rx = i ? 0.5 : 1, ry = j ? 0.5 : 1;
            double ux = i ? g[c - dx] : wall_x, uy = j ? g[c - dy * n] : wall_y;
            double ax = 1 + rx, ay = 1 + ry, bx = -rx * ux, by = -ry * uy;
            low = fmin(low, fmin(row, column[x]));
            high = fmax(high, fmax(row, column[x]));
            double gain = t / path + kx * (row - bx) + ky * (column[x] - by);
            double loss = 1 / path + kx * ax + ky * ay;
            double v = gain / loss;
            double ox = ax * v + bx, oy = ay * v + by;
            double cx = clamp(ox, low, high), cy = clamp(oy, low, high);
            if (cx != ox || cy != oy) {
                double px = ox != v ? clamp((cx - v) / (ox - v), 0, 1) : 1;
                double py = oy != v ? clamp((cy - v) / (oy - v), 0, 1) : 1;
                ax = 1 + px * (ax - 1), bx *= px, ay = 1 + py * (ay - 1), by *= py;
                v = (t / path + kx * (row - bx) + ky * (column[x] - by)) / (1 / path + kx * ax + ky * ay);
                ox = ax * v + bx, oy = ay * v + by;
            }
            g[c] = v;
            mean[c] += weight * v;
            row = ox;
            column[x] = oy;
        }
    }
    for (int x = 0; x < n; x++) in_hot += weight * fabs(sy) / n * (sy < 0 ? 1 : -column[x]);
    return in_hot;
}

int main(int count, char **argument)
{
    double path = count > 1 ? atof(argument[1]) : 1;
    int n = count > 2 ? atoi(argument[2]) : 256;
    double mu[POLAR], wm[POLAR], phi[AROUND], wp[AROUND];
    gauss(POLAR, 0, 1, mu, wm);
    gauss(AROUND, 0, M_PI / 2, phi, wp);
    size_t cells = (size_t)n * n;
    int threads = omp_get_max_threads();
    double *T = calloc(cells, sizeof *T), *next = malloc(cells * sizeof *next);
    double *mean = malloc(threads * cells * sizeof *mean), *g = malloc(threads * cells * sizeof *g);
    double *column = malloc((size_t)threads * n * sizeof *column);
    double begun = omp_get_wtime(), change = 1, heat = 0;
    int iterations = 0;
    while (change > 1e-8 && iterations < MOST) {
        memset(mean, 0, threads * cells * sizeof *mean);
        heat = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : heat)
        for (int d = 0; d < DIRECTIONS; d++) {
            int m = d / (AROUND * IMAGES), p = d / IMAGES % AROUND, image = d % IMAGES, k = omp_get_thread_num();
            double sine = sqrt(1 - mu[m] * mu[m]), weight = wm[m] * wp[p] / (M_PI / 2) / IMAGES;
            double sx = sine * cos(phi[p]) * (image & 1 ? -1 : 1), sy = sine * sin(phi[p]) * (image & 2 ? -1 : 1);
            double in = fly(n, sx, sy, weight, path, T, g + k * cells, mean + k * cells, column + (size_t)k * n);
            heat += in;
        }
        double squares = 0;
#pragma omp parallel for reduction(+ : squares)
        for (size_t c = 0; c < cells; c++) {
            double t = 0;
            for (int k = 0; k < threads; k++) t += mean[k * cells + c];
            squares += (t - T[c]) * (t - T[c]);
            next[c] = t;
        }
        double *swap = T;
        T = next;
        next = swap;
        change = sqrt(squares / cells);
        iterations++;
    }
    double took = omp_get_wtime() - begun;
    printf("Kn %g, %d x %d x %d: %d iterations to %.1e, %.3f s, %.1f M updates/s, centre %.6f, threads %d\n", path, n, n,
           DIRECTIONS, iterations, change, took, (double)iterations * DIRECTIONS * cells / took / 1e6,
           T[(n / 2) * n + n / 2], threads);
    printf("heat through the hot side over C v/4: %.6f\n", 4 * heat);
}
