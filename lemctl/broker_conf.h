/* broker_conf: the mosquitto.conf of a new market. */
#ifndef LEM_LEMCTL_BROKER_CONF_H
#define LEM_LEMCTL_BROKER_CONF_H
#include <stddef.h>
#include "wire/err.h"

/* What differs from one market's broker to another's. Borrowed texts. */
struct broker_conf {
	const char *dir; /* of the market; also where mosquitto.conf goes */
	int port;
	const char *user;
	const char *plugin;
	const char *other_topics;
};

/* Write DIR/mosquitto.conf, which must not exist. ERR_IO. */
__attribute__((warn_unused_result)) enum err broker_conf_write(const struct broker_conf *conf);

/* Where the plugin is as installed or built: beside this program, or in ../lib/mosquitto; "" if it
 * is in neither place. */
void broker_conf_find_plugin(char *path, size_t size);

#endif
