/*
 * A disk that fails when it is told to (LD_PRELOAD): writing and fsync of one folder's files return an error.
 *
 *     failing_obey    which folder counts, and the file that says what fails (tests/prove/failing.py writes it)
 *
 * After an fsync that failed, Linux forgets that the data was to be written ("fsyncgate"); whoever asks again hears that
 * all is well. Here nothing is forgotten: the rig shows what the program does about it, not what the disk then holds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Shared with the rig. `syncs` fsyncs fail, none at 0, all below, but for SQLite's log where `spares_log` is not 0;
 * `failed` counts what failed. */
struct orders {
    int32_t write_error;
    int32_t sync_error;
    int32_t syncs;
    int32_t spares_log;
    int32_t failed;
};

static char folder[PATH_MAX];
static struct orders *orders;

int failing_obey(const char *path, const char *file)
{
    int descriptor = open(file, O_RDWR | O_CLOEXEC);
    void *mapped = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

    close(descriptor);
    if (mapped == MAP_FAILED)
        return -1;
    snprintf(folder, sizeof folder, "%s/", path);
    orders = mapped;
    return 0;
}

static bool counts(int descriptor)
{
    char link[64], path[PATH_MAX];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, path, sizeof path - 1);
    return length > 0 && (size_t)length >= strlen(folder) && strncmp(path, folder, strlen(folder)) == 0 &&
           !(orders->spares_log != 0 && length > 4 && memcmp(path + length - 4, "-wal", 4) == 0);
}

static bool fails(int descriptor, int error)
{
    if (error == 0 || !counts(descriptor))
        return false;
    __atomic_add_fetch(&orders->failed, 1, __ATOMIC_SEQ_CST);
    errno = error;
    return true;
}

static bool write_fails(int descriptor)
{
    return orders != NULL && fails(descriptor, orders->write_error);
}

static bool sync_fails(int descriptor)
{
    if (orders == NULL || orders->syncs == 0 || !fails(descriptor, orders->sync_error))
        return false;
    if (orders->syncs > 0)
        __atomic_sub_fetch(&orders->syncs, 1, __ATOMIC_SEQ_CST);
    return true;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (real == NULL) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int descriptor, const void *data, size_t length)
{
    REAL(write);
    return write_fails(descriptor) ? -1 : real(descriptor, data, length);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    REAL(pwrite);
    return write_fails(descriptor) ? -1 : real(descriptor, data, length, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset)
{
    REAL(pwrite64);
    return write_fails(descriptor) ? -1 : real(descriptor, data, length, offset);
}

int fsync(int descriptor)
{
    REAL(fsync);
    return sync_fails(descriptor) ? -1 : real(descriptor);
}

int fdatasync(int descriptor)
{
    REAL(fdatasync);
    return sync_fails(descriptor) ? -1 : real(descriptor);
}
