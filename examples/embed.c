/* How a program judges an act by itself: with libcomity, without the command.
 *
 *     cc embed.c $(pkg-config --cflags --libs comity) -o embed
 *     ./embed /usr/local/share/comity/world.image
 *
 * It judges two acts and exits 0 if both come out as they should: patients'
 * data may go from one member state to another, and may not go on to a third
 * country without a ground. */
#include <comity.h>

#include <stdio.h>
#include <string.h>

static const char within[] =
    "{\"act\":\"transfer\",\"on\":\"2026-11-24\","
    "\"from\":{\"state\":\"DE\",\"kinds\":[\"company\"],\"subject_to\":[]},"
    "\"to\":{\"state\":\"FR\",\"kinds\":[\"company\"],\"subject_to\":[]},"
    "\"data\":{\"categories\":\"contact\"},\"purposes\":\"support\",\"circumstances\":[]}";

static const char abroad[] =
    "{\"act\":\"transfer\",\"on\":\"2026-11-24\","
    "\"from\":{\"state\":\"DE\",\"kinds\":[\"company\"],\"subject_to\":[]},"
    "\"to\":{\"state\":\"US\",\"kinds\":[\"company\"],\"certified\":[],\"owners\":[],\"subject_to\":[]},"
    "\"data\":{\"categories\":\"contact\",\"people\":20000},\"purposes\":\"support\",\"deal\":\"vendor\","
    "\"circumstances\":[]}";

/* Prints the verdict and the judgement; true if the verdict is the one expected. */
static int judge(comity_context *context, const char *name, const char *act, comity_verdict expected)
{
    comity_answer answer;
    comity_error error;
    if (comity_judge_json(context, act, strlen(act), NULL, &answer, &error) != COMITY_OK) {
        (void)fprintf(stderr, "%s: %s\n", name, error.message);
        return 0;
    }
    (void)printf("%s: %s\n%.*s\n\n", name, comity_verdict_name(answer.verdict), (int)answer.json_size, answer.json);
    return answer.verdict == expected;
}

int main(int argc, char **argv)
{
    comity_law *law;
    comity_context *context;
    comity_error error;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s IMAGE\n", argv[0]);
        return 2;
    }
    if (comity_law_open(argv[1], &law, &error) != COMITY_OK) {
        (void)fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    if (comity_context_new(law, &context, &error) != COMITY_OK) {
        (void)fprintf(stderr, "%s\n", error.message);
        comity_law_close(law);
        return 2;
    }
    (void)printf("comity %s, %zu rules, %s\n\n", comity_version(), comity_law_rule_count(law), comity_law_hash(law));
    int as_expected = judge(context, "within the Union", within, COMITY_PERMIT);
    as_expected &= judge(context, "abroad", abroad, COMITY_CONDITIONAL);
    comity_context_free(context);
    comity_law_close(law);
    return as_expected ? 0 : 1;
}
