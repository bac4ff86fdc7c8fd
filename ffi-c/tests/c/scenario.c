/* Runs one scenario, given as lines of fields between tabs:
 *   open   FLAGS CONFIG       opens the database; CONFIG is a file or empty
 *   restart                   closes it and opens it again
 *   call   NAME ARGS STATUS TEXT...   the status, and texts that the result or error contains
 * The first argument is that file, the second the database. Ends with 1 at a difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "truebook.h"

enum { LINE_MAX_BYTES = 200000, FIELDS_MAX = 64, RESULT_MAX = 100000 };

static struct tbk_book *book;
static struct tbk_options options;
static char config[1024];
static char line[LINE_MAX_BYTES];
static char result[RESULT_MAX];

static int fail(int number, const char *what, const char *found) {
    fprintf(stderr, "line %d: %s: %s\n", number, what, found);
    return 1;
}

static int reopen(int number) {
    if (tbk_close(book) != TBK_OK) return fail(number, "close", tbk_last_error());
    book = NULL;
    if (tbk_open(TBK_ABI_VERSION, &options, &book) != TBK_OK) {
        return fail(number, "open", tbk_last_error());
    }
    return 0;
}

static int call(int number, char **fields, int count) {
    if (count < 4) return fail(number, "a call has four fields", fields[0]);
    result[0] = '\0';
    int32_t status = tbk_call(book, fields[1], fields[2], result, sizeof result);
    const char *said = status == TBK_OK ? result : tbk_last_error();
    if (status != atoi(fields[3])) return fail(number, fields[3], said);
    for (int i = 4; i < count; ++i) {
        if (strstr(said, fields[i]) == NULL) {
            fprintf(stderr, "wanted %s\n", fields[i]);
            return fail(number, fields[1], said);
        }
    }
    return 0;
}

static int run(int number, char **fields, int count) {
    if (strcmp(fields[0], "open") == 0 && count >= 2) {
        options.flags = (uint32_t)atoi(fields[1]);
        if (count > 2 && fields[2][0] != '\0') {
            snprintf(config, sizeof config, "%s", fields[2]);
            options.config = config;
        }
        return reopen(number);
    }
    if (strcmp(fields[0], "restart") == 0) return reopen(number);
    if (strcmp(fields[0], "call") == 0) return call(number, fields, count);
    return fail(number, "unknown line", fields[0]);
}

int main(int argc, char **argv) {
    if (argc != 3) return fail(0, "wanted a scenario and a database", "");
    FILE *file = fopen(argv[1], "r");
    if (file == NULL) return fail(0, "cannot be read", argv[1]);
    options.size = sizeof options;
    options.path = argv[2];
    int ended = 0;
    for (int number = 1; ended == 0 && fgets(line, sizeof line, file) != NULL; ++number) {
        char *fields[FIELDS_MAX];
        int count = 0;
        line[strcspn(line, "\n")] = '\0';
        for (char *at = line; at != NULL && count < FIELDS_MAX; ++count) {
            fields[count] = at;
            at = strchr(at, '\t');
            if (at != NULL) *at++ = '\0';
        }
        ended = run(number, fields, count);
    }
    fclose(file);
    if (tbk_close(book) != TBK_OK) return 1;
    return ended;
}
