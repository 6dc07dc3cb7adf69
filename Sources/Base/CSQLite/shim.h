// What of SQLite and the system Swift cannot call by itself. <sqlite3.h> belongs to another module.
#include <errno.h>
#if defined(__linux__)
#include <sys/types.h>
extern int fallocate(int file, int mode, off_t offset, off_t length);
#endif

typedef struct sqlite3 sqlite3;
extern int sqlite3_db_config(sqlite3 *connection, int option, ...);

/// SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.
enum { sqlite3_no_checkpoint_on_close = 1006 };

/// Has a connection leave the WAL as it is when it is closed. The function takes any number of arguments.
static inline int sqlite3_keep_wal_on_close(sqlite3 *connection) {
    return sqlite3_db_config(connection, sqlite3_no_checkpoint_on_close, 1, (int *)0);
}

/// Has the file system set blocks aside for a stretch of a file. A call that headers name for some programs only.
/// Returns 0, or the error; 0 as well where the file system cannot do it.
static inline int file_set_aside(int file, long long offset, long long length) {
#if defined(__linux__)
    while (fallocate(file, 0, offset, length) != 0) {
        if (errno == EOPNOTSUPP || errno == ENOSYS) return 0;
        if (errno != EINTR) return errno;
    }
#endif
    return 0;
}
