#include "csqlite.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>

/* Each function that is used; its type is the header's, so that the compiler checks the calls. */
#define FUNCTIONS(F)                                                                                                  \
    F(config) F(open_v2) F(close_v2) F(errmsg) F(extended_errcode) F(extended_result_codes) F(system_errno) F(busy_timeout)     \
    F(exec) F(last_insert_rowid) F(interrupt) F(prepare_v2) F(finalize) F(step) F(reset) F(bind_text) F(bind_blob)    \
    F(bind_int64) F(bind_null) F(column_count) F(column_type) F(column_int64) F(column_blob) F(column_bytes)

#define POINTER(name) __typeof__(&sqlite3_##name) name;
static struct {
    FUNCTIONS(POINTER)
} library;

static const char *problem;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    void *handle = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);

    if (!handle) {
        problem = dlerror();
        if (!problem)
            problem = "libsqlite3.so.0 cannot be loaded";
        return;
    }
#define FIND(name)                                                                                                    \
    library.name = (__typeof__(library.name))dlsym(handle, "sqlite3_" #name);                                         \
    if (!library.name) {                                                                                              \
        problem = "libsqlite3.so.0 is too old: it has no sqlite3_" #name;                                             \
        return;                                                                                                       \
    }
    FUNCTIONS(FIND)
    /* Counting what is allocated would take a lock each time. It is refused where the library is in use already. */
    library.config(SQLITE_CONFIG_MEMSTATUS, 0);
}

const char *csqlite_load(void)
{
    pthread_once(&once, load);
    return problem;
}

int csqlite_open(const char *path, int writes, struct sqlite3 **database)
{
    int flags = (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    int code = library.open_v2(path, database, flags, NULL);

    if (*database)
        library.extended_result_codes(*database, 1);
    return code;
}

int csqlite_close(struct sqlite3 *database) { return library.close_v2(database); }
const char *csqlite_message(struct sqlite3 *database) { return library.errmsg(database); }
int csqlite_extended_code(struct sqlite3 *database) { return library.extended_errcode(database); }
int csqlite_system_errno(struct sqlite3 *database) { return library.system_errno(database); }

int csqlite_busy_timeout(struct sqlite3 *database, int milliseconds)
{
    return library.busy_timeout(database, milliseconds);
}

int csqlite_execute(struct sqlite3 *database, const char *text)
{
    return library.exec(database, text, NULL, NULL, NULL);
}

int64_t csqlite_last_rowid(struct sqlite3 *database) { return library.last_insert_rowid(database); }
void csqlite_interrupt(struct sqlite3 *database) { library.interrupt(database); }

int csqlite_prepare(struct sqlite3 *database, const char *text, int length, struct sqlite3_stmt **statement)
{
    return library.prepare_v2(database, text, length, statement, NULL);
}

int csqlite_finalize(struct sqlite3_stmt *statement) { return library.finalize(statement); }
int csqlite_step(struct sqlite3_stmt *statement) { return library.step(statement); }
int csqlite_reset(struct sqlite3_stmt *statement) { return library.reset(statement); }

int csqlite_bind_text(struct sqlite3_stmt *statement, int place, const uint8_t *octets, int count)
{
    return library.bind_text(statement, place, octets ? (const char *)octets : "", count, SQLITE_TRANSIENT);
}

/* With a null pointer SQLite would bind NULL, not a blob of no octets. */
int csqlite_bind_blob(struct sqlite3_stmt *statement, int place, const uint8_t *octets, int count)
{
    return library.bind_blob(statement, place, octets ? (const void *)octets : "", count, SQLITE_TRANSIENT);
}

int csqlite_bind_int(struct sqlite3_stmt *statement, int place, int64_t number)
{
    return library.bind_int64(statement, place, number);
}

int csqlite_bind_null(struct sqlite3_stmt *statement, int place) { return library.bind_null(statement, place); }
int csqlite_column_count(struct sqlite3_stmt *statement) { return library.column_count(statement); }
int csqlite_column_type(struct sqlite3_stmt *statement, int column) { return library.column_type(statement, column); }
int64_t csqlite_column_int(struct sqlite3_stmt *statement, int column) { return library.column_int64(statement, column); }

/* As a blob: the octets of a text are the same ones. */
const uint8_t *csqlite_column_octets(struct sqlite3_stmt *statement, int column)
{
    return library.column_blob(statement, column);
}

int csqlite_column_count_octets(struct sqlite3_stmt *statement, int column)
{
    return library.column_bytes(statement, column);
}
