#include "lemctl/serve.h"
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lemctl/args.h"
#include "lemctl/http_door.h"
#include "lemctl/office_door.h"
#include "lemctl/page_data.h"
#include "lemctl/page_files.h"

enum {
	CONNECTIONS_MAX = 32,
	CONNECTION_TIMEOUT_S = 10,
	CONNECTION_MEMORY = 32 * 1024, /* of a request's head; a longer one is answered with 431 */
	TAG_QUOTED = PAGE_TAG_LEN + 2,
};

/* What is served, and to whom. */
struct server {
	const char *dir;
	bool is_loopback;
};

static const char *const headers[][2] = {
	{"Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; "
				    "frame-ancestors 'none'; object-src 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cache-Control", "no-store"},
};

/* Send and let go of the response. */
static enum MHD_Result reply(struct MHD_Connection *c, unsigned status, const char *type,
	const char *tag, struct MHD_Response *r)
{
	enum MHD_Result done;

	if (!r)
		return MHD_NO;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		(void)MHD_add_response_header(r, headers[i][0], headers[i][1]);
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET");
	if (tag)
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, tag);
	done = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status, const char *why)
{
	char text[PAGE_WHY_MAX + 2];
	int len = snprintf(text, sizeof text, "%s\n", why);

	return reply(c, status, "text/plain; charset=utf-8", NULL,
		MHD_create_response_from_buffer((size_t)len, text, MHD_RESPMEM_MUST_COPY));
}

/* The tag that the client has, without its quotes; NULL if it has none that could be ours. */
static const char *known_tag(struct MHD_Connection *c, char out[static PAGE_TAG_LEN])
{
	const char *quoted =
		MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
	size_t len = quoted ? strlen(quoted) : 0;

	if (len < 2 || len >= TAG_QUOTED || quoted[0] != '"' || quoted[len - 1] != '"')
		return NULL;
	(void)snprintf(out, PAGE_TAG_LEN, "%.*s", (int)(len - 2), quoted + 1);
	return out;
}

static bool read_number(const char *text, int64_t *ret)
{
	char *end = NULL;

	if (!text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
		return false;
	*ret = strtoll(text, &end, 10);
	return end != text && *ret > 0;
}

static enum MHD_Result answer_data(
	struct server *server, struct MHD_Connection *c, const char *path, bool needs_number)
{
	struct page_answer a;
	char tag[TAG_QUOTED + 1], known[PAGE_TAG_LEN];
	int64_t number = 0;

	if (needs_number &&
		!read_number(MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "seq"), &number))
		return refuse(c, MHD_HTTP_BAD_REQUEST, "seq needs the number of an auction");
	if (page_data_read(server->dir, path, number, known_tag(c, known), &a) != ERR_OK) {
		(void)fprintf(stderr, "lemctl: serve: %s\n", a.why);
		return refuse(c, MHD_HTTP_INTERNAL_SERVER_ERROR, a.why);
	}
	(void)snprintf(tag, sizeof tag, "\"%s\"", a.tag);
	if (!a.body)
		return reply(c, MHD_HTTP_NOT_MODIFIED, "application/json", tag,
			MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT));
	return reply(c, MHD_HTTP_OK, "application/json", tag,
		MHD_create_response_from_buffer(a.len, a.body, MHD_RESPMEM_MUST_FREE));
}

static enum MHD_Result answer_file(struct MHD_Connection *c, const struct page_file *f)
{
	union {
		const unsigned char *bytes;
		void *buffer; /* which the library does not write to */
	} u = {.bytes = f->bytes};

	return reply(c, MHD_HTTP_OK, f->type, NULL,
		MHD_create_response_from_buffer(f->len, u.buffer, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result answer(void *context, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_len,
	void **request)
{
	struct server *server = context;
	bool needs_number;

	static char begun;

	(void)version, (void)upload;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET");
	/* The first call comes before the body; answering there would end the connection. */
	if (!*request) {
		*request = &begun;
		return MHD_YES;
	}
	if (*upload_len > 0)
		return MHD_NO;
	if (server->is_loopback && !http_door_is_own_name(MHD_lookup_connection_value(
					   c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
		return refuse(c, MHD_HTTP_FORBIDDEN, "this is not the name of this machine");
	if (page_data_has(url, &needs_number))
		return answer_data(server, c, url, needs_number);
	for (size_t i = 0; i < page_file_count; i++)
		if (strcmp(page_files[i].path, url) == 0)
			return answer_file(c, &page_files[i]);
	return refuse(c, MHD_HTTP_NOT_FOUND, "there is nothing here");
}

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: serve: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

/* Until a signal says that it is enough. */
static int run(struct server *server, const char *host, int port)
{
	struct MHD_Daemon *daemon;
	char why[HTTP_DOOR_WHY_MAX];
	sigset_t ends;
	int fd = http_door_listen(host, port, &server->is_loopback, why);
	int got;

	if (fd < 0)
		return complain(host, why);
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
	daemon = MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL,
		answer, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)CONNECTION_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_END);
	if (!daemon) {
		(void)close(fd);
		return complain(host, "cannot serve");
	}
	(void)printf("http://%s%s%s:%d/\n", strchr(host, ':') ? "[" : "", host,
		strchr(host, ':') ? "]" : "", port);
	(void)fflush(stdout);
	(void)sigwait(&ends, &got);
	MHD_stop_daemon(daemon);
	return 0;
}

int serve_command(int argc, char **argv)
{
	const char *host = "127.0.0.1";
	int64_t port = 8480;
	const struct arg table[] = {
		{"port", ARG_INT, &port, "PORT", "where to listen (8480)", 1, 65535},
		{"host", ARG_TEXT, &host, "ADDRESS", "at which address (127.0.0.1)", 0, 0},
	};
	struct args a = {.usage = "lemctl serve [OPTION...] DIR",
		.about = "The operator's page: auctions, prices, homes, wallets, blocks and "
			 "alarms, for a\nbrowser on this machine. It only reads, also while the "
			 "broker runs. Whoever reaches\nthe address sees everything.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	struct page_answer first;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (office_door_become_owner(a.positional[0]) != 0)
		return EXIT_REFUSED;
	if (page_data_read(a.positional[0], "/api/state", 0, NULL, &first) != ERR_OK)
		return complain(a.positional[0], first.why);
	free(first.body);
	return run(&(struct server){.dir = a.positional[0]}, host, (int)port);
}
