/* http_door: where the operator's page listens, and who may ask there. */
#ifndef LEM_LEMCTL_HTTP_DOOR_H
#define LEM_LEMCTL_HTTP_DOOR_H
#include <stdbool.h>

enum { HTTP_DOOR_WHY_MAX = 160 };

/* A socket that listens at host and port; *is_loopback: only this machine reaches it. -1 with a
 * sentence in why. */
int http_door_listen(const char *host, int port, bool *is_loopback, char why[HTTP_DOOR_WHY_MAX]);

/* Whether a Host header (NULL: none) names this machine as itself: 127.0.0.1, localhost or [::1],
 * with or without a port. Any other name was made to point here by a stranger's DNS. */
bool http_door_is_own_name(const char *host_header);

#endif
