// SPDX-License-Identifier: Apache-2.0
// faulty_io: an LD_PRELOAD shim that makes the disk refuse at a chosen moment.
//
// It counts the calls that change files (write, pwrite, writev, pwritev, fsync, fdatasync,
// sync_file_range, ftruncate, fallocate, fchmod, rename, unlink, mkdir, mkstemp, open with
// O_CREAT) on anything but stdin, stdout, stderr, pipes and sockets, and acts at one of them.
//
//   FAULTY_IO_AT=N          act at the Nth call, counted from 1 (unset: only count)
//   FAULTY_IO_ERRNO=X       ENOSPC, EIO (default), a number, or KILL: die as by kill -9
//   FAULTY_IO_STICKY=1      act at every call from the Nth on
//   FAULTY_IO_SHORT=1       a write that fails writes half of its bytes first
//   FAULTY_IO_UNDER=DIR     look only at files below DIR (an absolute path)
//   FAULTY_IO_COUNT=FILE    keeps the number of calls in FILE, also when the process is killed
//   FAULTY_IO_LOG=FILE      appends one line per call: its number, its name
//   FAULTY_IO_READ_ONLY=DIR everything below DIR is on a read-only medium: EROFS
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_ullong calls;

static const char* setting(const char* name) {
  const char* value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

// Its own output goes past the functions that it replaces.
static void note(const char* file, int flags, const char* text) {
  const int saved = errno;
  const int fd =
      (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (fd >= 0) {
    (void)syscall(SYS_write, fd, text, strlen(text));
    (void)syscall(SYS_close, fd);
  }
  errno = saved;
}

static int below(const char* folder, const char* path) {
  char whole[PATH_MAX * 2];
  if (folder == NULL || path == NULL) return 0;
  if (path[0] != '/') {
    char here[PATH_MAX];
    if (getcwd(here, sizeof here) == NULL) return 0;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
    path = whole;
  }
  const size_t size = strlen(folder);
  return strncmp(path, folder, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

static const char* path_of(int fd, char* into, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t got = readlink(link, into, size - 1);
  if (got < 0) return NULL;
  into[got] = '\0';
  return into;
}

static int error_number(void) {
  const char* name = setting("FAULTY_IO_ERRNO");
  if (name == NULL || strcmp(name, "EIO") == 0) return EIO;
  if (strcmp(name, "ENOSPC") == 0) return ENOSPC;
  if (strcmp(name, "KILL") == 0) {
    (void)syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
  }
  return atoi(name);
}

// Whether this call is to fail; errno says how.
static int fails(const char* name, const char* path) {
  const char* read_only = setting("FAULTY_IO_READ_ONLY");
  if (read_only != NULL && below(read_only, path)) {
    errno = EROFS;
    return 1;
  }
  const char* under = setting("FAULTY_IO_UNDER");
  if (under != NULL && !below(under, path)) return 0;
  const unsigned long long number = atomic_fetch_add(&calls, 1) + 1;
  char text[64];
  if (setting("FAULTY_IO_COUNT") != NULL) {
    snprintf(text, sizeof text, "%llu\n", number);
    note(setting("FAULTY_IO_COUNT"), O_TRUNC, text);
  }
  if (setting("FAULTY_IO_LOG") != NULL) {
    snprintf(text, sizeof text, "%llu %s\n", number, name);
    note(setting("FAULTY_IO_LOG"), O_APPEND, text);
  }
  const char* at = setting("FAULTY_IO_AT");
  if (at == NULL) return 0;
  const unsigned long long wanted = strtoull(at, NULL, 10);
  if (wanted == 0 || number < wanted) return 0;
  if (number > wanted && setting("FAULTY_IO_STICKY") == NULL) return 0;
  errno = error_number();
  return 1;
}

static int fd_fails(const char* name, int fd) {
  struct stat status;
  if (fd <= 2 || fstat(fd, &status) != 0) return 0;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return 0;
  char path[PATH_MAX];
  return fails(name, path_of(fd, path, sizeof path));
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// A failing write may have written something.
static ssize_t half(int fd, const void* bytes, size_t size, off_t at, int positioned) {
  const int number = errno;
  if (setting("FAULTY_IO_SHORT") != NULL && size > 1) {
    if (positioned) {
      (void)syscall(SYS_pwrite64, fd, bytes, size / 2, at);
    } else {
      (void)syscall(SYS_write, fd, bytes, size / 2);
    }
  }
  errno = number;
  return -1;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (fd_fails("write", fd)) return half(fd, bytes, size, 0, 0);
  return NEXT(write)(fd, bytes, size);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  if (fd_fails("pwrite", fd)) return half(fd, bytes, size, at, 1);
  return NEXT(pwrite)(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  if (fd_fails("pwrite", fd)) return half(fd, bytes, size, at, 1);
  return NEXT(pwrite64)(fd, bytes, size, at);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (fd_fails("writev", fd)) return -1;
  return NEXT(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t at) {
  if (fd_fails("pwritev", fd)) return -1;
  return NEXT(pwritev)(fd, parts, count, at);
}
int fsync(int fd) {
  if (fd_fails("fsync", fd)) return -1;
  return NEXT(fsync)(fd);
}
int fdatasync(int fd) {
  if (fd_fails("fdatasync", fd)) return -1;
  return NEXT(fdatasync)(fd);
}
int sync_file_range(int fd, off64_t at, off64_t size, unsigned flags) {
  if (fd_fails("sync_file_range", fd)) return -1;
  return NEXT(sync_file_range)(fd, at, size, flags);
}
int ftruncate(int fd, off_t size) {
  if (fd_fails("ftruncate", fd)) return -1;
  return NEXT(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  if (fd_fails("ftruncate", fd)) return -1;
  return NEXT(ftruncate64)(fd, size);
}
int fallocate(int fd, int mode, off_t at, off_t size) {
  if (fd_fails("fallocate", fd)) return -1;
  return NEXT(fallocate)(fd, mode, at, size);
}
int posix_fallocate(int fd, off_t at, off_t size) {
  if (fd_fails("posix_fallocate", fd)) return errno;
  return NEXT(posix_fallocate)(fd, at, size);
}
int fchmod(int fd, mode_t mode) {
  if (fd_fails("fchmod", fd)) return -1;
  return NEXT(fchmod)(fd, mode);
}
int rename(const char* from, const char* to) {
  if (fails("rename", to)) return -1;
  return NEXT(rename)(from, to);
}
int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  if (fails("renameat", to)) return -1;
  return NEXT(renameat)(from_fd, from, to_fd, to);
}
int unlink(const char* path) {
  if (fails("unlink", path)) return -1;
  return NEXT(unlink)(path);
}
int unlinkat(int fd, const char* path, int flags) {
  if (fails("unlinkat", path)) return -1;
  return NEXT(unlinkat)(fd, path, flags);
}
int remove(const char* path) {
  if (fails("remove", path)) return -1;
  return NEXT(remove)(path);
}
int mkdir(const char* path, mode_t mode) {
  if (fails("mkdir", path)) return -1;
  return NEXT(mkdir)(path, mode);
}
int mkstemp(char* name) {
  if (fails("mkstemp", name)) return -1;
  return NEXT(mkstemp)(name);
}
int mkstemp64(char* name) {
  if (fails("mkstemp", name)) return -1;
  return NEXT(mkstemp64)(name);
}
int mkostemp(char* name, int flags) {
  if (fails("mkostemp", name)) return -1;
  return NEXT(mkostemp)(name, flags);
}
int mkostemp64(char* name, int flags) {
  if (fails("mkostemp", name)) return -1;
  return NEXT(mkostemp64)(name, flags);
}

static int open_fails(const char* path, int flags) {
  if (below(setting("FAULTY_IO_READ_ONLY"), path) && (flags & O_ACCMODE) != O_RDONLY) {
    errno = EROFS;
    return 1;
  }
  return (flags & O_CREAT) != 0 && fails("open", path);
}
static mode_t mode_of(int flags, va_list rest) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                             \
  int name(const char* path, int flags, ...) { \
    va_list rest;                              \
    va_start(rest, flags);                     \
    const mode_t mode = mode_of(flags, rest);  \
    va_end(rest);                              \
    if (open_fails(path, flags)) return -1;    \
    return NEXT(name)(path, flags, mode);      \
  }
#define OPENAT(name)                                   \
  int name(int fd, const char* path, int flags, ...) { \
    va_list rest;                                      \
    va_start(rest, flags);                             \
    const mode_t mode = mode_of(flags, rest);          \
    va_end(rest);                                      \
    if (open_fails(path, flags)) return -1;            \
    return NEXT(name)(fd, path, flags, mode);          \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
