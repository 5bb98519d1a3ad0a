/* Loaded into a program (LD_PRELOAD), sets its clocks while it runs: what it is told is the true time and as many
 * nanoseconds more as stand in the file that CLOCKS names: first those of the wall clock, then those of the clock that
 * goes on while the machine is suspended. CLOCK_MONOTONIC stands still then, and is left alone. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void open_file(void) {
    const char *path = getenv("CLOCKS");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, 2 * sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) abort();
    close(file);
    ahead = mapped;
}

int clock_gettime(clockid_t id, struct timespec *at) {
    if (syscall(SYS_clock_gettime, id, at) != 0) return -1;
    int64_t more = 0;
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) more = ahead ? ahead[0] : 0;
    if (id == CLOCK_BOOTTIME) more = ahead ? ahead[1] : 0;
    int64_t sum = at->tv_sec * INT64_C(1000000000) + at->tv_nsec + more;
    at->tv_sec = sum / 1000000000;
    at->tv_nsec = sum % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
