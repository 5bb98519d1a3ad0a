/* Loaded into a program (LD_PRELOAD), notes each hold of the write lock of a log: the byte at 120 of the -shm file.
 * At its end the program writes the seconds of each into the file that LOCK_HOLDS names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double holds[4096], since;
static int taken;

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
    int result = real(fd, command, argument);
    struct flock *lock = argument;
    if (command != F_SETLK || result != 0 || lock->l_start != 120 || lock->l_len != 1) return result;
    if (lock->l_type == F_WRLCK) since = seconds();
    if (lock->l_type == F_UNLCK && since && taken < 4096) {
        holds[taken++] = seconds() - since;
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

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("LOCK_HOLDS");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    for (int i = 0; i < taken; i++) fprintf(file, "%.9f\n", holds[i]);
    fclose(file);
}
