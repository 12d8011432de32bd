/* notify: the service manager's socket (sd_notify(3)), spoken by hand. */
#ifndef LEM_HEM_NOTIFY_H
#define LEM_HEM_NOTIFY_H
#include <stdint.h>

/* Send "READY=1", "STATUS=...", "WATCHDOG=1", ... to $NOTIFY_SOCKET. Nothing without one; what
 * cannot be sent is lost. */
void notify(const char *state);

/* How often "WATCHDOG=1" is due, in ms: half of $WATCHDOG_USEC if it is meant for this process; 0:
 * never. */
int64_t notify_watchdog_ms(void);

#endif
