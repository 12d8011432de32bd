/* broker_settings: what must hold of the broker's own configuration. */
#ifndef LEM_PLUGIN_BROKER_SETTINGS_H
#define LEM_PLUGIN_BROKER_SETTINGS_H
#include <stdbool.h>
#include <stddef.h>

/* Whether the configuration of this process (its command line's -c) leaves per_listener_settings
 * false: with true, plugins get no ticks and do not see other listeners' messages; and whether no
 * bridge has an outgoing topic that reaches the market's: the broker asks no plugin what a bridge
 * may read. True also if the file cannot be read: the first logins then wait for a tick. False with
 * a sentence in why. */
bool broker_settings_check(char *why, size_t size);

/* The same for one file, for tests; `depth` guards against include_dir loops. */
bool broker_settings_check_file(const char *path, int depth, char *why, size_t size);

#endif
