/*
 * Stands between a process and its disk (LD_PRELOAD), to kill it at a chosen moment or to keep what it does there.
 *
 *     recorder_watch    which folder counts, and the port of the relay
 *     recorder_enter    names the room that the calling thread works in: "acceptor", "engine", "sender_0", ...
 *     recorder_kill     kill -9 just before the n-th operation of a room, counted from its k-th fsync on
 *     recorder_record   append every operation to a file, which tests/prove/recording.py reads
 *
 * Idle until asked. An operation is whatever changes a file of the folder or makes a change last: creating, writing,
 * truncating, renaming, linking, removing, fsync. Something said to a TCP peer is one, too: in the room "relay" when
 * the relay hears it, in the room "door" otherwise. So a death can fall between a commit and its 250, and between the
 * relay's 250 and the row that says so.
 *
 * An operation is recorded just before it happens, an fsync just after: with the length that the record had when the
 * fsync began, because what was written meanwhile may be spared by it or not. Left out are SQLite's "-shm" files (an
 * index in shared memory, made anew after a crash), files that have lost their name, and that a folder was made.
 * An fsync that fails is recorded as such, a folder's is not; other operations that fail are recorded like any: the rigs
 * that use this let nothing but fsync fail.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
    CREATE = 'C',
    WRITE = 'W',
    TRUNCATE = 'T',
    SYNC = 'S',
    FORGET = 'F',
    SYNC_FOLDER = 'D',
    RENAME = 'R',
    LINK = 'L',
    UNLINK = 'U',
    ANSWER = 'A',
};

/* What one operation looks like in the record; the path follows, then the data. */
struct entry {
    uint32_t kind;
    uint32_t path_length;
    uint64_t offset;
    uint64_t data_length;
};

static char folder[PATH_MAX];
static int relay_port;
static int record = -1;
static int last_words = -1;
static char wanted[64];
static long syncs_to_go, operations_to_go;
static _Thread_local char room[64] = "main";
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static bool is_watching(void)
{
    return record >= 0 || last_words >= 0;
}

/* -- what the rigs call ------------------------------------------------------------------------------------------- */

void recorder_watch(const char *path, int port)
{
    snprintf(folder, sizeof folder, "%s", path);
    relay_port = port;
}

void recorder_enter(const char *name)
{
    snprintf(room, sizeof room, "%s", name);
}

/* `words` is a file that will say where the death fell; an empty `name` means every room. */
int recorder_kill(const char *name, long syncs, long operations, const char *words)
{
    snprintf(wanted, sizeof wanted, "%s", name);
    syncs_to_go = syncs;
    operations_to_go = operations;
    last_words = open(words, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return last_words;
}

int recorder_record(const char *path)
{
    record = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return record;
}

/* -- one operation ------------------------------------------------------------------------------------------------ */

static void die(const char *where, enum kind kind, const char *path)
{
    dprintf(last_words, "%s %c %s\n", where, kind, path);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void count(const char *where, enum kind kind, const char *path)
{
    if (last_words < 0 || strncmp(where, wanted, strlen(wanted)) != 0)
        return;
    if (syncs_to_go > 0)
        syncs_to_go -= kind == SYNC;
    else if (--operations_to_go == 0)
        die(where, kind, path);
}

static void keep(enum kind kind, const char *path, off_t offset, const void *data, size_t length)
{
    struct entry entry = {kind, (uint32_t)strlen(path), (uint64_t)offset, length};
    struct iovec parts[] = {{&entry, sizeof entry}, {(void *)path, entry.path_length}, {(void *)data, length}};
    size_t all = sizeof entry + entry.path_length + length;

    if (record >= 0 && writev(record, parts, 3) != (ssize_t)all)
        abort();
}

static void happens(const char *where, enum kind kind, const char *path, off_t offset, const void *data, size_t length)
{
    pthread_mutex_lock(&turn);
    count(where, kind, path);
    keep(kind, path, offset, data, length);
    pthread_mutex_unlock(&turn);
}

/* -- which file, which peer --------------------------------------------------------------------------------------- */

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), wants = strlen(ending);

    return length >= wants && strcmp(path + length - wants, ending) == 0;
}

static bool is_ours(const char *path)
{
    size_t length = strlen(folder);

    return length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0') &&
           !ends_in(path, "-shm") && !ends_in(path, " (deleted)");
}

/* The path of an open file, when it counts. */
static bool is_open_there(int descriptor, char path[PATH_MAX])
{
    char link[64];
    ssize_t length;

    if (!is_watching())
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, path, PATH_MAX - 1);
    if (length < 0)
        return false;
    path[length] = '\0';
    return is_ours(path);
}

/* The whole path of a name, when it counts. */
static bool is_named_there(const char *name, char path[PATH_MAX])
{
    char here[PATH_MAX / 2];

    if (!is_watching())
        return false;
    if (name[0] == '/')
        snprintf(path, PATH_MAX, "%s", name);
    else if (getcwd(here, sizeof here) == NULL || snprintf(path, PATH_MAX, "%s/%s", here, name) >= PATH_MAX)
        return false;
    return is_ours(path);
}

static int port_of_peer(int descriptor)
{
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;

    if (getpeername(descriptor, (struct sockaddr *)&peer, &length) != 0)
        return 0;
    if (peer.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&peer)->sin_port);
    if (peer.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&peer)->sin6_port);
    return 0;
}

/* -- in place of the C library's functions ------------------------------------------------------------------------ */

#define REAL(name) \
    static __typeof__(&name) real; \
    if (real == NULL) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static void writes(int descriptor, const void *data, size_t length, off_t offset)
{
    char path[PATH_MAX];

    if (is_open_there(descriptor, path))
        happens(room, WRITE, path, offset, data, length);
}

static off_t where_it_writes(int descriptor)
{
    int flags = is_watching() ? fcntl(descriptor, F_GETFL) : 0;

    return is_watching() ? lseek(descriptor, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR) : 0;
}

ssize_t write(int descriptor, const void *data, size_t length)
{
    REAL(write);
    writes(descriptor, data, length, where_it_writes(descriptor));
    return real(descriptor, data, length);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    REAL(pwrite);
    writes(descriptor, data, length, offset);
    return real(descriptor, data, length, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset)
{
    REAL(pwrite64);
    writes(descriptor, data, length, offset);
    return real(descriptor, data, length, offset);
}

static void truncates(int descriptor, off_t length)
{
    char path[PATH_MAX];

    if (is_open_there(descriptor, path))
        happens(room, TRUNCATE, path, length, NULL, 0);
}

int ftruncate(int descriptor, off_t length)
{
    REAL(ftruncate);
    truncates(descriptor, length);
    return real(descriptor, length);
}

int ftruncate64(int descriptor, off64_t length)
{
    REAL(ftruncate64);
    truncates(descriptor, length);
    return real(descriptor, length);
}

static int synced(int descriptor, int (*real)(int))
{
    char path[PATH_MAX];
    struct stat status;
    enum kind kind;
    off_t began;
    int result;

    if (!is_open_there(descriptor, path))
        return real(descriptor);
    kind = fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode) ? SYNC_FOLDER : SYNC;
    pthread_mutex_lock(&turn);
    count(room, kind, path);
    began = record >= 0 ? lseek(record, 0, SEEK_END) : 0;
    pthread_mutex_unlock(&turn);
    result = real(descriptor);
    if (result != 0 && kind == SYNC_FOLDER)
        return result;
    pthread_mutex_lock(&turn);
    keep(result == 0 ? kind : FORGET, path, began, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}

int fsync(int descriptor)
{
    REAL(fsync);
    return synced(descriptor, real);
}

int fdatasync(int descriptor)
{
    REAL(fdatasync);
    return synced(descriptor, real);
}

static void moves(enum kind kind, const char *from, const char *to)
{
    char path[PATH_MAX], target[PATH_MAX] = "";

    if (is_named_there(from, path) && (to == NULL || is_named_there(to, target)))
        happens(room, kind, path, 0, target, strlen(target));
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    moves(RENAME, from, to);
    return real(from, to);
}

int link(const char *from, const char *to)
{
    REAL(link);
    moves(LINK, from, to);
    return real(from, to);
}

int unlink(const char *name)
{
    char path[PATH_MAX];
    REAL(unlink);

    if (is_named_there(name, path) && access(path, F_OK) == 0)
        happens(room, UNLINK, path, 0, NULL, 0);
    return real(name);
}

static void opens(const char *name, int flags)
{
    char path[PATH_MAX];
    bool is_new;

    if ((flags & (O_CREAT | O_TRUNC)) == 0 || (flags & O_TMPFILE) == O_TMPFILE || !is_named_there(name, path))
        return;
    is_new = access(path, F_OK) != 0;
    if (is_new && flags & O_CREAT)
        happens(room, CREATE, path, 0, NULL, 0);
    else if (!is_new && flags & O_TRUNC)
        happens(room, TRUNCATE, path, 0, NULL, 0);
}

static mode_t mode_of(int flags, va_list arguments)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

#define OPENING(name) \
    int name(const char *path, int flags, ...) \
    { \
        va_list arguments; \
        mode_t mode; \
        REAL(name); \
        va_start(arguments, flags); \
        mode = mode_of(flags, arguments); \
        va_end(arguments); \
        opens(path, flags); \
        return real(path, flags, mode); \
    }

OPENING(open)
OPENING(open64)

ssize_t send(int descriptor, const void *data, size_t length, int flags)
{
    int port = is_watching() ? port_of_peer(descriptor) : 0;
    REAL(send);

    if (port == relay_port && port != 0)
        happens("relay", ANSWER, "relay", port, data, length);
    else if (port != 0)
        happens("door", ANSWER, "door", port, data, length);
    return real(descriptor, data, length, flags);
}
