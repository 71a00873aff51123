/* What ten times as many states and rules cost: the same acts under the world's
 * law, and each moved into one of ten copies of it (bench/tenfold.py). Rounds
 * take turns, so that what else the machine does falls on both.
 *
 *     bench-tenfold IMAGE --tenfold IMAGE --acts FILE --tenfold-acts FILE [--json FILE]
 */
#include "bench.h"
#include "prepared.h"

enum { ACTS = 10000, ROUNDS = 25 };

int main(int argc, char **argv)
{
    double samples[2][ROUNDS];
    prepared loads[2];
    bench_output *out = bench_begin(argc, argv);
    const char *image = bench_option(argc, argv, "--tenfold", NULL);
    if (argc < 2 || image == NULL) {
        (void)fprintf(stderr, "bench-tenfold: expected IMAGE --tenfold IMAGE\n");
        return 2;
    }
    loads[0] = prepared_open(argv[1], bench_option(argc, argv, "--acts", NULL), ACTS);
    loads[1] = prepared_open(image, bench_option(argc, argv, "--tenfold-acts", NULL), ACTS);
    for (int round = 0; round < ROUNDS; round++) {
        samples[0][round] = prepared_round(&loads[0]);
        samples[1][round] = prepared_round(&loads[1]);
    }
    double once = bench_median(samples[0], ROUNDS);
    bench_figure(out, "judge a prepared act, ten times the law", "", bench_median(samples[1], ROUNDS), "ns", 1.5 * once,
                 "the law on file", once);
    (void)printf("    %u and %u rules on file, %.2f and %.2f rules found an act\n", loads[0].law->image.rules_count,
                 loads[1].law->image.rules_count, loads[0].rules_found, loads[1].rules_found);
    prepared_close(&loads[0]);
    prepared_close(&loads[1]);
    return bench_end(out);
}
