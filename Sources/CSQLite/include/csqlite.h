/* Debian's libsqlite3, loaded when it is first needed: a host without it must still trace. */
#ifndef QUERENT_CSQLITE_H
#define QUERENT_CSQLITE_H

#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

enum csqlite_code {
    CSQLITE_OK = 0,
    CSQLITE_ROW = 100,
    CSQLITE_DONE = 101,
};

enum csqlite_type { CSQLITE_INTEGER = 1, CSQLITE_FLOAT = 2, CSQLITE_TEXT = 3, CSQLITE_BLOB = 4, CSQLITE_NULL = 5 };

/* NULL when the library is there and has all functions, else what dlopen(3) or dlsym(3) says. Any thread may call it; all other
 * functions must only be called after it has returned NULL. */
const char *csqlite_load(void);

/* 1 to write, which never creates the file; 0 to read only. Never follows a symbolic link. On failure *database may still be
 * set, and must be closed. */
int csqlite_open(const char *path, int writes, struct sqlite3 **database);
/* The same as sqlite3_close_v2: what a statement still uses lives until that is finalised. */
int csqlite_close(struct sqlite3 *database);
const char *csqlite_message(struct sqlite3 *database);
int csqlite_extended_code(struct sqlite3 *database);
int csqlite_system_errno(struct sqlite3 *database);
int csqlite_busy_timeout(struct sqlite3 *database, int milliseconds);
int csqlite_execute(struct sqlite3 *database, const char *text);
int64_t csqlite_last_rowid(struct sqlite3 *database);
/* Ends what another thread of this process does in the database, with an error. */
void csqlite_interrupt(struct sqlite3 *database);

int csqlite_prepare(struct sqlite3 *database, const char *text, int length, struct sqlite3_stmt **statement);
int csqlite_finalize(struct sqlite3_stmt *statement);
int csqlite_step(struct sqlite3_stmt *statement);
int csqlite_reset(struct sqlite3_stmt *statement);

/* The octets are copied. */
int csqlite_bind_text(struct sqlite3_stmt *statement, int place, const uint8_t *octets, int count);
int csqlite_bind_blob(struct sqlite3_stmt *statement, int place, const uint8_t *octets, int count);
int csqlite_bind_int(struct sqlite3_stmt *statement, int place, int64_t number);
int csqlite_bind_null(struct sqlite3_stmt *statement, int place);

int csqlite_column_count(struct sqlite3_stmt *statement);
int csqlite_column_type(struct sqlite3_stmt *statement, int column);
int64_t csqlite_column_int(struct sqlite3_stmt *statement, int column);
/* Of a text or a blob, valid until the next step; NULL when there are none. */
const uint8_t *csqlite_column_octets(struct sqlite3_stmt *statement, int column);
int csqlite_column_count_octets(struct sqlite3_stmt *statement, int column);

#endif
