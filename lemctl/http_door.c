#include "lemctl/http_door.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 32 };

static bool loopback(const struct addrinfo *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->ai_family == AF_INET) {
		memcpy(&v4, a->ai_addr, sizeof v4);
		return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
	}
	memcpy(&v6, a->ai_addr, sizeof v6);
	return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

int http_door_listen(const char *host, int port, bool *is_loopback, char why[HTTP_DOOR_WHY_MAX])
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	char service[16];
	int rc, fd = -1;
	const int on = 1;

	(void)snprintf(service, sizeof service, "%d", port);
	rc = getaddrinfo(host, service, &hints, &found);
	if (rc != 0) {
		(void)snprintf(why, HTTP_DOOR_WHY_MAX, "%s", gai_strerror(rc));
		return -1;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
			       bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
			       listen(fd, BACKLOG) != 0)) {
		rc = errno;
		(void)close(fd);
		fd = -1;
		errno = rc;
	}
	if (fd < 0)
		(void)snprintf(why, HTTP_DOOR_WHY_MAX, "%s", strerror(errno));
	*is_loopback = loopback(found);
	freeaddrinfo(found);
	return fd;
}

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits <= 5 && text[digits] == '\0';
}

bool http_door_is_own_name(const char *host_header)
{
	static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};

	for (size_t i = 0; host_header && i < sizeof names / sizeof *names; i++) {
		size_t len = strlen(names[i]);
		if (strncasecmp(host_header, names[i], len) == 0 &&
			(host_header[len] == '\0' ||
				(host_header[len] == ':' && is_port(host_header + len + 1))))
			return true;
	}
	return false;
}
