/* Faults of the disk, for whoever loads this before its C library: calls on files whose path
 * contains a fragment are counted by class, and the Nth of one class fails, once or from then on.
 *
 *   FAULT_PATH     the fragment
 *   FAULT_CLASS    the number of the class, as in `names` below
 *   FAULT_NTH      which call fails, from 1; 0 is none
 *   FAULT_ERRNO    the error; 0 writes one half, and is ENOSPC from then on
 *   FAULT_LASTING  1 is from then on
 *   FAULT_COUNTS   a file that gets the counts at the end, and last whether the fault came
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE, SYNC, TRUNCATE, OPEN, READ, MMAP, UNLINK, RENAME, LOCK, CLASSES };

static const char *const names[CLASSES] = {
    "write", "sync", "truncate", "open", "read", "mmap", "unlink", "rename", "lock",
};

#define FDS 4096
static atomic_uchar watched[FDS];
static atomic_long counts[CLASSES];
static atomic_int came;
static const char *fragment;
static long chosen = -1, nth, error, lasting;

static long number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void begin(void)
{
    fragment = getenv("FAULT_PATH");
    chosen = number("FAULT_CLASS", -1);
    nth = number("FAULT_NTH", 0);
    error = number("FAULT_ERRNO", EIO);
    lasting = number("FAULT_LASTING", 0);
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAULT_COUNTS");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    for (int class = 0; class < CLASSES; class ++)
        fprintf(file, "%s %ld\n", names[class], atomic_load(&counts[class]));
    fprintf(file, "came %d\n", atomic_load(&came));
    fclose(file);
}

static int is_watched_path(const char *path)
{
    return fragment && path && strstr(path, fragment) != NULL;
}

static int is_watched(int fd)
{
    return fd >= 0 && fd < FDS && atomic_load(&watched[fd]);
}

/* 0 lets the call through; 1 fails it, with errno set; 2 cuts it short. */
static int fault(int class)
{
    long call = atomic_fetch_add(&counts[class], 1) + 1;
    if (class != chosen || nth == 0 || call < nth || (call > nth && !lasting))
        return 0;
    atomic_store(&came, 1);
    if (error == 0 && call == nth)
        return 2;
    errno = error == 0 ? ENOSPC : (int)error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int note(int fd, const char *path)
{
    if (fd >= 0 && fd < FDS)
        atomic_store(&watched[fd], (unsigned char)is_watched_path(path));
    return fd;
}

#define MODE(flags)                                                                                \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                       \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode = va_arg(rest, mode_t);                                                               \
        va_end(rest);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    MODE(flags)
    if (is_watched_path(path) && fault(OPEN))
        return -1;
    return note(REAL(open)(path, flags, mode), path);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags)
    if (is_watched_path(path) && fault(OPEN))
        return -1;
    return note(REAL(open64)(path, flags, mode), path);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE(flags)
    if (is_watched_path(path) && fault(OPEN))
        return -1;
    return note(REAL(openat)(folder, path, flags, mode), path);
}

int openat64(int folder, const char *path, int flags, ...)
{
    MODE(flags)
    if (is_watched_path(path) && fault(OPEN))
        return -1;
    return note(REAL(openat64)(folder, path, flags, mode), path);
}

int close(int fd)
{
    if (fd >= 0 && fd < FDS)
        atomic_store(&watched[fd], 0);
    return REAL(close)(fd);
}

/* How much of `size` is written: all, one half, or nothing after an error. */
static ssize_t allowed(int fd, size_t size)
{
    int how = is_watched(fd) ? fault(WRITE) : 0;
    return how == 1 ? -1 : (ssize_t)(how == 2 ? size / 2 : size);
}

ssize_t write(int fd, const void *from, size_t size)
{
    ssize_t part = allowed(fd, size);
    return part < 0 ? -1 : REAL(write)(fd, from, (size_t)part);
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t at)
{
    ssize_t part = allowed(fd, size);
    return part < 0 ? -1 : REAL(pwrite)(fd, from, (size_t)part, at);
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at)
{
    ssize_t part = allowed(fd, size);
    return part < 0 ? -1 : REAL(pwrite64)(fd, from, (size_t)part, at);
}

ssize_t read(int fd, void *into, size_t size)
{
    return is_watched(fd) && fault(READ) ? -1 : REAL(read)(fd, into, size);
}

ssize_t pread(int fd, void *into, size_t size, off_t at)
{
    return is_watched(fd) && fault(READ) ? -1 : REAL(pread)(fd, into, size, at);
}

ssize_t pread64(int fd, void *into, size_t size, off64_t at)
{
    return is_watched(fd) && fault(READ) ? -1 : REAL(pread64)(fd, into, size, at);
}

int fsync(int fd)
{
    return is_watched(fd) && fault(SYNC) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return is_watched(fd) && fault(SYNC) ? -1 : REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t size)
{
    return is_watched(fd) && fault(TRUNCATE) ? -1 : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return is_watched(fd) && fault(TRUNCATE) ? -1 : REAL(ftruncate64)(fd, size);
}

void *mmap(void *at, size_t size, int access, int flags, int fd, off_t from)
{
    if (is_watched(fd) && fault(MMAP))
        return MAP_FAILED;
    return REAL(mmap)(at, size, access, flags, fd, from);
}

void *mmap64(void *at, size_t size, int access, int flags, int fd, off64_t from)
{
    if (is_watched(fd) && fault(MMAP))
        return MAP_FAILED;
    return REAL(mmap64)(at, size, access, flags, fd, from);
}

int unlink(const char *path)
{
    return is_watched_path(path) && fault(UNLINK) ? -1 : REAL(unlink)(path);
}

int rename(const char *from, const char *to)
{
    return is_watched_path(from) && fault(RENAME) ? -1 : REAL(rename)(from, to);
}

/* Locks are refused; giving one back never fails on a disk of one's own. */
int flock(int fd, int how)
{
    int takes = (how & LOCK_UN) == 0;
    return takes && is_watched(fd) && fault(LOCK) ? -1 : REAL(flock)(fd, how);
}

static int is_taking(int command, const void *with)
{
    int sets = command == F_SETLK || command == F_SETLKW;
    return sets && ((const struct flock *)with)->l_type != F_UNLCK;
}

int fcntl(int fd, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *with = va_arg(rest, void *);
    va_end(rest);
    if (is_taking(command, with) && is_watched(fd) && fault(LOCK))
        return -1;
    return REAL(fcntl)(fd, command, with);
}

int fcntl64(int fd, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *with = va_arg(rest, void *);
    va_end(rest);
    if (is_taking(command, with) && is_watched(fd) && fault(LOCK))
        return -1;
    return REAL(fcntl64)(fd, command, with);
}
