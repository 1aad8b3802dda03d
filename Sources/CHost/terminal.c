/* A terminal in raw mode, put back on every way out. */
#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct {
    int input, output;
    struct termios saved;
    char leave[128];
    size_t length;
    int active; /* changed atomically */
    struct sigaction previous[NSIG];
} terminal;

int host_terminal_enter(int input, int output, const char *leave, size_t length)
{
    struct termios raw;

    if (length > sizeof(terminal.leave))
        return -EINVAL;
    if (tcgetattr(input, &raw))
        return -errno;
    /* When a shell has continued this process, the terminal is in the shell's mode: nothing is saved twice. */
    if (!__atomic_load_n(&terminal.active, __ATOMIC_ACQUIRE)) {
        terminal.saved = raw;
        terminal.input = input;
        terminal.output = output;
        memcpy(terminal.leave, leave, length);
        terminal.length = length;
    }
    cfmakeraw(&raw);
    raw.c_oflag |= OPOST | ONLCR;
    __atomic_store_n(&terminal.active, 1, __ATOMIC_RELEASE);
    return tcsetattr(input, TCSANOW, &raw) ? -errno : 0;
}

/* Only async-signal-safe calls: also called in handlers of fatal signals. */
void host_terminal_leave(void)
{
    size_t written = 0;
    ssize_t count;

    if (!__atomic_exchange_n(&terminal.active, 0, __ATOMIC_ACQ_REL))
        return;
    while (written < terminal.length) {
        count = write(terminal.output, terminal.leave + written, terminal.length - written);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        written += (size_t)count;
    }
    tcsetattr(terminal.input, TCSANOW, &terminal.saved);
    /* Reports of the mouse that were on their way. */
    tcflush(terminal.input, TCIFLUSH);
}

static int is_fault(int number)
{
    return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE || number == SIGTRAP;
}

static void at_fatal_signal(int number, siginfo_t *info, void *context)
{
    int error = errno;

    (void)context;
    host_terminal_leave();
    if (is_fault(number) && info->si_code > 0) {
        sigaction(number, &terminal.previous[number], NULL); /* the instruction faults again */
    } else if (number == SIGABRT) {
        sigaction(number, &terminal.previous[number], NULL);
        raise(number);
    } else {
        signal(number, SIG_DFL);
        raise(number);
    }
    errno = error;
}

int host_terminal_guard(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,  SIGTRAP, SIGABRT, SIGSYS,
                                SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU};
    const struct sigaction action = {.sa_sigaction = at_fatal_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    for (size_t index = 0; index < sizeof(fatal) / sizeof(fatal[0]); index++)
        if (sigaction(fatal[index], &action, &terminal.previous[fatal[index]]))
            return -errno;
    return 0;
}
