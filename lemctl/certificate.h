/* certificate: a market's own certificate authority and the broker's certificate (X.509). */
#ifndef LEM_LEMCTL_CERTIFICATE_H
#define LEM_LEMCTL_CERTIFICATE_H
#include "wire/err.h"

/* Write ca.crt, server.crt and server.key (0600) into dir, P-256, valid for ten years, for `host`
 * (a DNS name or an IP address), 127.0.0.1 and localhost. The authority's key is not kept: a new
 * server certificate means a new authority. ERR_CRYPTO, ERR_IO, ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err certificate_make(
	const char *dir, const char *market, const char *host);

#endif
