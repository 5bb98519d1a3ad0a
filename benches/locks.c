/* Loaded into a program (LD_PRELOAD), notes each hold of the write lock of a log: the byte at 120 of the -shm file.
 * At its end the program writes a line for each into the file that LOCK_HOLDS names: its seconds, and those of them that
 * had passed when the commit began: with the first of the writes before the last sync that no page is read between.
 * Where LOCK_DELAY says so, the first of them is asked for so many microseconds later: time for somebody else to commit. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A longer pause between two writes than this is work, and they are not of one commit. */
static const double longest_pause = 0.0002;

static struct { double whole, until_commit; } holds[4096];
static int asked, taken;
/* When the lock was got, the writes at hand began, the last one ended; and when those began that were synced last. */
static double since, writes, written, commit;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int fcntl64(int fd, int command, ...) {
    static int (*real)(int, int, ...);
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (!real) real = (int (*)(int, int, ...))dlsym(RTLD_NEXT, "fcntl64");
    struct flock *lock = argument;
    if (command != F_SETLK || lock->l_start != 120 || lock->l_len != 1) return real(fd, command, argument);
    const char *delay = getenv("LOCK_DELAY");
    if (delay && !asked++) usleep(atoi(delay));
    int result = real(fd, command, argument);
    if (result != 0) return result;
    double now = seconds();
    if (lock->l_type == F_WRLCK) {
        since = now;
        writes = commit = 0;
    }
    if (lock->l_type == F_UNLCK && since && taken < 4096) {
        holds[taken].whole = now - since;
        holds[taken++].until_commit = (commit ? commit : now) - since;
        since = 0;
    }
    return result;
}

int fcntl(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return fcntl64(fd, command, argument);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t at) {
    static ssize_t (*real)(int, void *, size_t, off64_t);
    if (!real) real = (ssize_t (*)(int, void *, size_t, off64_t))dlsym(RTLD_NEXT, "pread64");
    int is_page = count >= 512 && (count & (count - 1)) == 0; /* A commit that sums up its log anew reads whole frames. */
    if (is_page) writes = 0;
    return real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    double now = seconds();
    if (!writes || now - written > longest_pause) writes = now;
    ssize_t result = real(fd, bytes, count, at);
    written = seconds();
    return result;
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    commit = writes;
    int result = real(fd);
    written = seconds();
    return result;
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("LOCK_HOLDS");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    for (int i = 0; i < taken; i++) fprintf(file, "%.9f %.9f\n", holds[i].whole, holds[i].until_commit);
    fclose(file);
}
