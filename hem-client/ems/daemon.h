/* daemon: the loop of `hem run`. */
#ifndef LEM_HEM_DAEMON_H
#define LEM_HEM_DAEMON_H
#include <signal.h>
#include "hem-client/ems/ems.h"

/* What signals have asked for; set by handlers. */
struct daemon_signals {
	volatile sig_atomic_t stop;
	volatile sig_atomic_t reload;
};

/* Work until signals->stop. On signals->reload the configuration at config_path is read anew: the
 * constants of battery and controller are taken over, the rest needs a restart. ERR_OK, or why it
 * cannot go on, with a sentence in ems->why. */
__attribute__((warn_unused_result)) enum err daemon_run(
	struct ems *ems, const char *config_path, struct daemon_signals *signals);

#endif
