#include "tests/lib/scene.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "wire/control.h"
#include "wire/text.h"

enum { START_TRIES = 200 }; /* tenths of a second: a broker under a sanitizer is slow to load */

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct scene *s = context;
	struct json_node nodes[JSON_MESSAGE_NODES];
	struct json_doc doc = {.nodes = nodes, .node_max = JSON_MESSAGE_NODES};
	struct json_limits limits = {JSON_PROFILE_ANY, 65536, 8};
	bool receipt = strstr(topic, "/receipt") != NULL;
	bool control = strcmp(topic, CONTROL_RESPONSE_TOPIC) == 0;
	uint32_t answer = 0;
	int64_t seq = 0;

	if ((!receipt && !control && !strstr(topic, "/reject")) ||
		json_read(&doc, payload, len, &limits, NULL) != JSON_OK)
		return;
	if (json_type(&doc, 0) == JSON_ARRAY)
		answer = json_first(&doc, 0);
	if (control) {
		answer = json_first(&doc, json_get(&doc, 0, "responses"));
		receipt = json_get(&doc, answer, "error") == JSON_NONE;
		answer = json_get(&doc, answer, "data");
	}
	if (s->awaited[0] && !json_is(&doc, json_get(&doc, answer, "reqId"), s->awaited))
		return;
	if (receipt) {
		(void)!json_int64(&doc, json_get(&doc, answer, "seq"), &seq);
		s->seq = (uint64_t)seq;
		(void)snprintf(s->code, sizeof s->code, "OK");
	} else if (!json_string(
			   &doc, json_get(&doc, answer, "code"), s->code, sizeof s->code, NULL)) {
		(void)snprintf(s->code, sizeof s->code, "?");
	}
	s->limited = s->limited || strcmp(s->code, "RATE_LIMITED") == 0;
	(void)snprintf(s->last, sizeof s->last, "%.*s", (int)len, payload);
}

struct user *scene_user(struct scene *s, const char *id)
{
	for (size_t i = 0; i < s->user_count; i++) {
		if (strcmp(s->users[i].id, id) == 0)
			return &s->users[i];
	}
	street_die(id);
}

void scene_join(
	struct scene *s, const char *id, const struct private_key *key, const char *password)
{
	static const char *const operators[] = {CONTROL_RESPONSE_TOPIC, NULL};
	struct user *u = &s->users[s->user_count++];
	struct link_options o = {.host = "127.0.0.1", .port = s->port, .cafile = s->cafile};
	static struct link_options kept[USERS];
	char why[LINK_WHY_MAX];

	(void)snprintf(u->id, sizeof u->id, "%s", id);
	o.name = s->street.genesis.name;
	o.market = s->street.genesis.market;
	o.client_id = u->id;
	o.suffix = "verdicts";
	o.key = key;
	o.password = password;
	kept[s->user_count - 1] = o;
	u->key = key;
	if (link_open(&kept[s->user_count - 1], strcmp(id, "operator") == 0 ? operators : NULL,
		    on_message, s, &u->link, why) != ERR_OK)
		street_die(why);
}

/* Publish text as `id` and wait for the answer; s->code has it. */
void scene_exchange(
	struct scene *s, const char *id, const char *topic, const char *text, size_t len)
{
	struct user *u = scene_user(s, id);

	s->code[0] = '\0';
	s->seq = 0;
	if (link_send(u->link, topic, text, len) != ERR_OK)
		street_die("the connection is lost");
	scene_await(s, id);
}

void scene_await(struct scene *s, const char *id)
{
	struct user *u = scene_user(s, id);

	for (int ms = 0; ms < ANSWER_MS && s->code[0] == '\0'; ms += 10) {
		if (link_wait(u->link, 10) != ERR_OK)
			break;
	}
}

void scene_expect(struct scene *s, const char *want, const char *what)
{
	if (strcmp(s->code, want) == 0) {
		s->passed++;
		(void)printf("answered: %s\n", want);
		return;
	}
	s->failed++;
	(void)printf("  FAILED: %s: wanted %s, got '%s' %.200s\n", what, want, s->code, s->last);
}

/* A signed request as a command of the operator's, and the answer to it. */
static void scene_command(struct scene *s, const struct message *m)
{
	char text[CONTROL_TEXT_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out,
		"{\"commands\":[{\"command\":\"%s\",\"message\":", operation_name(m->operation));
	out_bytes(&out, m->text, m->len);
	out_printf(&out, "}]}");
	scene_exchange(s, "operator", CONTROL_TOPIC, text, out.len);
}

/* One signed request with these parameters, dated now plus off_ms. */
void scene_request(struct scene *s, const char *id, enum operation operation,
	const struct signer *signer, int64_t off_ms, const char *parameters, const char *want)
{
	struct message m = {.text = NULL};
	char topic[96];
	struct out p = {.text = (char *)(uintptr_t)parameters, .len = strlen(parameters)};
	bool operators = operation_class_of(operation) == OPERATION_BY_OPERATOR;

	p.size = p.len + 1;
	if (message_make(operation, id, s->street.genesis.market,
		    street_market_ms(&s->street) + off_ms, &p, signer, &m) != ERR_OK)
		street_die("signing");
	(void)snprintf(s->awaited, sizeof s->awaited, "%s", m.req_id);
	(void)snprintf(topic, sizeof topic, "lem/e2e/in/%s", operation_name(operation));
	if (operators)
		scene_command(s, &m);
	else
		scene_exchange(s, id, topic, m.text, m.len);
	scene_expect(s, want, parameters);
	message_release(&m);
}

void scene_alter(struct scene *s, const char *id, const struct message *m,
	const struct signer *signer, const char *from, const char *to)
{
	uint8_t sig[SIGNATURE_LEN];
	char copy[TEXT_MAX], body[TEXT_MAX], input[TEXT_MAX + SIGNING_PREFIX_MAX];
	char sig_text[TEXT_BASE64URL_LEN(SIGNATURE_LEN) + 1];
	size_t n = signing_prefix("request", s->street.genesis.market, input);
	char *part, *end;

	(void)snprintf(copy, sizeof copy, "%s", m->text);
	part = strstr(copy, from);
	end = strstr(copy, ",\"signature\"");
	if (!part || !end || strlen(from) != strlen(to))
		street_die("the message is of another form");
	memcpy(part, to, strlen(to));
	*end = '\0';
	(void)snprintf(body, sizeof body, "{%s}", strstr(copy, "\"date\""));
	memcpy(input + n, body, strlen(body));
	if (signer_sign(signer, input, n + strlen(body), sig) != ERR_OK ||
		!text_base64url_write(sig, sizeof sig, sig_text, sizeof sig_text))
		street_die("signing");
	(void)snprintf(end, sizeof copy - (size_t)(end - copy), ",\"signature\":\"%s\"}", sig_text);
	(void)snprintf(body, sizeof body, "lem/e2e/in/%s", operation_name(m->operation));
	scene_exchange(s, id, body, copy, strlen(copy));
}

void scene_pour(struct scene *s, const char *id, enum operation operation,
	const struct signer *signer, const char *parameters, int n)
{
	struct out p = {.text = (char *)(uintptr_t)parameters, .len = strlen(parameters)};
	struct user *u = scene_user(s, id);
	char topic[96];

	p.size = p.len + 1;
	s->awaited[0] = '\0';
	s->code[0] = '\0';
	(void)snprintf(topic, sizeof topic, "lem/e2e/in/%s", operation_name(operation));
	for (int i = 0; i < n; i++) {
		struct message m = {.text = NULL};
		if (message_make(operation, id, s->street.genesis.market,
			    street_market_ms(&s->street), &p, signer, &m) != ERR_OK ||
			link_send(u->link, topic, m.text, m.len) != ERR_OK)
			street_die(topic);
		message_release(&m);
	}
	for (int ms = 0; ms < POUR_MS; ms += 10) {
		if (link_wait(u->link, 10) != ERR_OK)
			street_die("the connection is lost");
	}
}

struct sqlite3 *scene_hold(struct scene *s)
{
	char path[STREET_PATH_MAX + 64];
	sqlite3 *db = NULL;

	(void)snprintf(path, sizeof path, "%s/csm.db", s->street.dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
		sqlite3_busy_timeout(db, 3000) != SQLITE_OK ||
		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		street_die(path);
	return db;
}

void scene_let_go(struct sqlite3 *file)
{
	(void)sqlite3_close(file);
}

struct signer by_address(const struct scene *s, int home, int slot)
{
	return (struct signer){.secret = &s->street.homes[home].secrets[slot]};
}

struct signer by_key(const struct private_key *key)
{
	return (struct signer){.key = key};
}

/* A bid-offer of home `h` under its address of `slot`; tail: further parameters, from a comma on.
 */
void scene_bid(struct scene *s, int h, int slot, const char *type, const char *wh,
	const char *cents, const char *tail, const char *want)
{
	struct street_home *home = &s->street.homes[h];
	struct signer signer = by_address(s, h, slot);
	char text[TEXT_MAX], first[512], second[512];
	const char *comma = strstr(tail, ",\"cpf\"");

	/* Members stay in canonical order: auction and all_or_nothing sort around address and bid.
	 */
	(void)snprintf(first, sizeof first, "%s", strncmp(tail, ",\"a", 3) == 0 ? tail + 1 : "");
	(void)snprintf(second, sizeof second, "%s", first[0] ? (comma ? comma : "") : tail);
	if (first[0] && comma)
		first[comma - tail - 1] = '\0';
	(void)snprintf(text, sizeof text,
		"{\"address\":\"%s\"%s%s,\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%s\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%s\"},\"type\":\"%s\"}%s}",
		home->addresses[slot].text, first[0] ? "," : "", first, wh, cents, type, second);
	scene_request(s, home->id, OPERATION_BID_OFFER, &signer, 0, text, want);
}

void scene_open(struct scene *s, const char *type, const char *wh, const char *cents,
	const char *contract, const char *want)
{
	struct signer signer = by_key(s->street.aggregator_key);
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof text,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%s\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%s\"},\"type\":\"%s\"},"
		"\"contract\":{%s}}",
		s->street.genesis.params.roles[0].address.text, wh, cents, type, contract);
	scene_request(s, "aggregator", OPERATION_BID_OFFER, &signer, 0, text, want);
}

void scene_simple(
	struct scene *s, int h, int slot, enum operation op, const char *rest, const char *want)
{
	struct signer signer = by_address(s, h, slot);
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",%s}",
		s->street.homes[h].addresses[slot].text, rest);
	scene_request(s, s->street.homes[h].id, op, &signer, 0, text, want);
}

void scene_wait_for_slot(struct scene *s, int64_t slot)
{
	while (street_market_ms(&s->street) <
		params_slot_start_ms(&s->street.genesis.params, slot) + 30000) {
		for (size_t i = 0; i < s->user_count; i++) {
			if (link_wait(s->users[i].link, 5) != ERR_OK)
				street_die("the connection is lost");
		}
	}
}

/* A reading of `slot` with these registers; the meter's signature is spoilt if bad. */
void scene_reading(struct scene *s, int h, int64_t slot, int64_t off_ms, const int64_t *wh,
	const char *serial, bool bad, const char *want)
{
	struct street_home *home = &s->street.homes[h];
	struct signer ems = by_key(home->ems);
	struct reading r = {.slot = slot};
	char text[TEXT_MAX];
	struct out p;

	r.taken_ms = params_slot_start_ms(&s->street.genesis.params, slot + 1) + off_ms;
	memcpy(r.registers.wh, wh, sizeof r.registers.wh);
	out_init(&p, text, sizeof text);
	if (message_write_reading(&p, s->street.genesis.market, serial, &r,
		    bad ? home->ems : home->meter) != ERR_OK)
		street_die("signing");
	scene_request(s, home->id, OPERATION_STATE, &ems, 0, text, want);
}

/* The addresses ranked for block 1, and its hash. */
void scene_ranking(struct scene *s, char ranked[3][ADDRESS_LEN + 1], char hash[80])
{
	char path[STREET_PATH_MAX + 64];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;

	(void)snprintf(path, sizeof path, "%s/ledger.db", s->street.dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		street_die(path);
	(void)sqlite3_busy_timeout(db, 3000);
	(void)sqlite3_prepare_v2(db,
		"SELECT address, (SELECT lower(hex(hash)) FROM blocks WHERE height = 1) FROM "
		"rankings "
		"JOIN accounts ON number = account WHERE rankings.height = 1 ORDER BY rank",
		-1, &st, NULL);
	for (int i = 0; i < 3 && sqlite3_step(st) == SQLITE_ROW; i++) {
		(void)snprintf(ranked[i], ADDRESS_LEN + 1, "%s", sqlite3_column_text(st, 0));
		(void)snprintf(hash, 80, "%s", sqlite3_column_text(st, 1));
	}
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
}

/* Whether somebody listens there. */
static bool answers(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool there;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	there = fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof a) == 0;
	if (fd >= 0)
		(void)close(fd);
	return there;
}

pid_t scene_start_broker(struct scene *s)
{
	char conf[STREET_PATH_MAX + 64];
	pid_t pid = fork();

	(void)snprintf(conf, sizeof conf, "%s/mosquitto.conf", s->street.dir);
	if (pid == 0) {
		execlp("mosquitto", "mosquitto", "-c", conf, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < START_TRIES && !answers(s->port); i++)
		(void)usleep(100000);
	return pid;
}
