/* Every refusal once, over a real broker: usage verdicts DIR PORT CODE, with the market of DIR made
 * by `lemctl init --demo --rate 150 --slot 3600` and its broker not started yet; CODE is the
 * enrolment code of home9999, who is invited. Prints a line for each wrong answer; the last line
 * counts. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lemctl/link.h"
#include "tests/lib/street.h"
#include "wire/date.h"
#include "wire/text.h"

enum { USERS = 8, TEXT_MAX = 4096, ANSWER_MS = 4000, FLOOD = 400 };

struct user {
	char id[40];
	const struct private_key *key;
	struct link *link;
};

struct scene {
	struct street street;
	struct user users[USERS];
	size_t user_count;
	int port;
	char cafile[STREET_PATH_MAX];
	char awaited[REQ_ID_MAX + 1]; /* "" : any reject */
	char code[64];                /* of the answer: a verdict's name */
	uint64_t seq;
	bool limited; /* RATE_LIMITED has been told */
	char last[TEXT_MAX];
	unsigned passed, failed;
};

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct scene *s = context;
	struct json_node nodes[JSON_MESSAGE_NODES];
	struct json_doc doc = {.nodes = nodes, .node_max = JSON_MESSAGE_NODES};
	struct json_limits limits = {JSON_PROFILE_ANY, 65536, 4};
	bool receipt = strstr(topic, "/receipt") != NULL;
	uint32_t answer = 0;
	int64_t seq = 0;

	if ((!receipt && !strstr(topic, "/reject")) ||
		json_read(&doc, payload, len, &limits, NULL) != JSON_OK)
		return;
	if (json_type(&doc, 0) == JSON_ARRAY)
		answer = json_first(&doc, 0);
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

static struct user *user(struct scene *s, const char *id)
{
	for (size_t i = 0; i < s->user_count; i++) {
		if (strcmp(s->users[i].id, id) == 0)
			return &s->users[i];
	}
	street_die(id);
}

static void join(
	struct scene *s, const char *id, const struct private_key *key, const char *password)
{
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
	if (link_open(&kept[s->user_count - 1], NULL, on_message, s, &u->link, why) != ERR_OK)
		street_die(why);
}

/* Publish text as `id` and wait for the answer; s->code has it. */
static void exchange(
	struct scene *s, const char *id, const char *topic, const char *text, size_t len)
{
	struct user *u = user(s, id);

	s->code[0] = '\0';
	s->seq = 0;
	if (link_send(u->link, topic, text, len) != ERR_OK)
		street_die("the connection is lost");
	for (int ms = 0; ms < ANSWER_MS && s->code[0] == '\0'; ms += 10) {
		if (link_wait(u->link, 10) != ERR_OK)
			break;
	}
}

static void expect(struct scene *s, const char *want, const char *what)
{
	if (strcmp(s->code, want) == 0) {
		s->passed++;
		return;
	}
	s->failed++;
	(void)printf("  FAILED: %s: wanted %s, got '%s' %.200s\n", what, want, s->code, s->last);
}

/* One signed request with these parameters, dated now plus off_ms. */
static void request(struct scene *s, const char *id, enum operation operation,
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
	exchange(s, id, operators ? "$CONTROL/lem/v1" : topic, m.text, m.len);
	expect(s, want, parameters);
	message_release(&m);
}

static struct signer by_address(const struct scene *s, int home, int slot)
{
	return (struct signer){.secret = &s->street.homes[home].secrets[slot]};
}

static struct signer by_key(const struct private_key *key)
{
	return (struct signer){.key = key};
}

/* A bid-offer of home `h` under its address of `slot`; tail: further parameters, from a comma on.
 */
static void bid(struct scene *s, int h, int slot, const char *type, const char *wh,
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
	request(s, home->id, OPERATION_BID_OFFER, &signer, 0, text, want);
}

static void open_auction(struct scene *s, const char *type, const char *wh, const char *cents,
	const char *contract, const char *want)
{
	struct signer signer = by_key(s->street.aggregator_key);
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof text,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%s\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%s\"},\"type\":\"%s\"},"
		"\"contract\":{%s}}",
		s->street.genesis.params.roles[0].address.text, wh, cents, type, contract);
	request(s, "aggregator", OPERATION_BID_OFFER, &signer, 0, text, want);
}

static void simple(
	struct scene *s, int h, int slot, enum operation op, const char *rest, const char *want)
{
	struct signer signer = by_address(s, h, slot);
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",%s}",
		s->street.homes[h].addresses[slot].text, rest);
	request(s, s->street.homes[h].id, op, &signer, 0, text, want);
}

/* What the reader and the signatures refuse. */
static void form_and_signature(struct scene *s)
{
	struct signer ems = by_key(s->street.homes[0].ems);
	struct signer wrong = by_address(s, 1, 1);
	char text[TEXT_MAX], long_text[3000];
	struct message m = {.text = NULL};
	struct out p;

	s->awaited[0] = '\0';
	memset(long_text, ' ', sizeof long_text);
	exchange(s, "home0000", "lem/e2e/in/cpf", long_text, sizeof long_text);
	expect(s, "TOO_LARGE", "3,000 bytes");
	exchange(s, "home0000", "lem/e2e/in/cpf", "{\"a\":1,\"a\":2}", 13);
	expect(s, "BAD_JSON", "a member twice");
	exchange(s, "home0000", "lem/e2e/in/cpf", "{\"a\":1}", 7);
	expect(s, "BAD_FIELD", "an unknown member");
	request(s, "home0000", OPERATION_WALLET, &ems, 0, "{\"x\":1}", "BAD_FIELD");
	out_init(&p, text, sizeof text);
	out_printf(&p, "{}");
	if (message_make(OPERATION_WALLET, "home0001", s->street.genesis.market,
		    street_market_ms(&s->street), &p, &ems, &m) != ERR_OK)
		street_die("signing");
	(void)snprintf(s->awaited, sizeof s->awaited, "%s", m.req_id);
	exchange(s, "home0000", "lem/e2e/in/wallet", m.text, m.len);
	expect(s, "WRONG_CLIENT", "another's clientId");
	exchange(s, "home0000", "lem/e2e/in/sync", m.text, m.len);
	expect(s, "UNKNOWN_OPERATION", "another operation's topic");
	message_release(&m);
	bid(s, 0, 1, "sell", "0", "8", "", "OUT_OF_RANGE");
	bid(s, 0, 1, "sell", "100", "10001", "", "OUT_OF_RANGE");
	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",\"cpf\":0.5}",
		s->street.homes[0].addresses[0].text);
	request(s, "home0000", OPERATION_CPF, &wrong, 0, text, "BAD_SIGNATURE");
	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",\"cpf\":0.5}",
		s->street.homes[1].addresses[0].text);
	request(s, "home0000", OPERATION_CPF, &wrong, 0, text, "UNKNOWN_ADDRESS");
	simple(s, 0, 0, OPERATION_CPF, "\"cpf\":1.5", "OUT_OF_RANGE");
}

/* Repeats and stale dates; the paper's second message passes unsigned. */
static void repeats(struct scene *s)
{
	static const char state[] =
		"{\"clientId\":\"home0000\",\"reqId\":\"slkfjoiru20svkm038\","
		"\"date\":\"2018-01-01 00:00:00\",\"operation\":\"state\","
		"\"parameters\":{\"item\":\"device\",\"name\":\"Smart Temperature "
		"Sensor\",\"value\":\"28\"}}";
	struct signer a = by_address(s, 4, 0);
	char text[TEXT_MAX], first[TEXT_MAX], copy[TEXT_MAX];
	struct message m = {.text = NULL};
	char *at;
	struct out p;

	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",\"cpf\":0.4}",
		s->street.homes[4].addresses[0].text);
	request(s, "home0004", OPERATION_CPF, &a, -7200000, text, "STALE");
	out_init(&p, text, sizeof text);
	out_printf(&p, "{\"address\":\"%s\",\"cpf\":0.4}", s->street.homes[4].addresses[0].text);
	if (message_make(OPERATION_CPF, "home0004", s->street.genesis.market,
		    street_market_ms(&s->street), &p, &a, &m) != ERR_OK)
		street_die("signing");
	(void)snprintf(s->awaited, sizeof s->awaited, "%s", m.req_id);
	exchange(s, "home0004", "lem/e2e/in/cpf", m.text, m.len);
	expect(s, "OK", "an announcement");
	(void)snprintf(first, sizeof first, "%s", s->last);
	exchange(s, "home0004", "lem/e2e/in/cpf", m.text, m.len);
	expect(s, "OK", "the same again");
	s->passed += strcmp(first, s->last) == 0;
	if (strcmp(first, s->last) != 0) {
		s->failed++;
		(void)printf("  FAILED: the repeated receipt differs\n");
	}
	/* The same reqId over another body, signed anew. */
	(void)snprintf(copy, sizeof copy, "%s", m.text);
	at = strstr(copy, "\"cpf\":0.4");
	if (at)
		at[8] = '5';
	at = strstr(copy, ",\"signature\"");
	if (at) {
		uint8_t sig[SIGNATURE_LEN];
		char body[TEXT_MAX], sig_text[TEXT_BASE64URL_LEN(SIGNATURE_LEN) + 1];
		char *date = strstr(copy, "\"date\"");
		*at = '\0';
		(void)snprintf(body, sizeof body, "{%s}", date);
		uint8_t digest[HASH_LEN];
		char input[TEXT_MAX + SIGNING_PREFIX_MAX];
		size_t n = signing_prefix("request", s->street.genesis.market, input);
		memcpy(input + n, body, strlen(body));
		n += strlen(body);
		if (signing_digest("request", s->street.genesis.market, body, strlen(body),
			    digest) != ERR_OK ||
			signer_sign(&a, input, n, sig) != ERR_OK ||
			!text_base64url_write(sig, sizeof sig, sig_text, sizeof sig_text))
			street_die("signing");
		(void)snprintf(
			at, sizeof copy - (size_t)(at - copy), ",\"signature\":\"%s\"}", sig_text);
		exchange(s, "home0004", "lem/e2e/in/cpf", copy, strlen(copy));
		expect(s, "REQID_REUSED", "another body");
	}
	message_release(&m);
	s->awaited[0] = '\0';
	s->code[0] = '\0';
	if (link_send(user(s, "home0000")->link, "lem/e2e/in/state", state, sizeof state - 1) !=
			ERR_OK ||
		link_wait(user(s, "home0000")->link, 300) != ERR_OK)
		street_die("the connection is lost");
	expect(s, "", "an observation has no answer");
}

static void orders(struct scene *s)
{
	struct signer aggregator = by_key(s->street.aggregator_key);
	char tail[256], text[TEXT_MAX], date[DATE_LEN + 1];
	uint64_t sells, buys, mine, order;

	open_auction(s, "buy", "5000", "20", "\"slot\":9", "HORIZON");
	open_auction(s, "buy", "5000", "20", "\"slot\":0", "HORIZON");
	open_auction(s, "buy", "5000", "20", "", "BAD_TERMS");
	open_auction(s, "buy", "5000", "20", "\"measure\":\"import\",\"slot\":1", "BAD_TERMS");
	date_write(s->street.genesis.params.start_ms - 3600000, date);
	(void)snprintf(text, sizeof text, "\"gate_close\":\"%s\",\"slot\":1", date);
	open_auction(s, "buy", "5000", "20", text, "GATE_CLOSED");
	open_auction(s, "buy", "5000", "20", "\"slot\":1", "OK");
	buys = s->seq;
	open_auction(s, "sell", "5000", "6", "\"slot\":1", "OK");
	sells = s->seq;
	(void)snprintf(text, sizeof text,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"1\"},"
		"\"price\":{"
		"\"unit\":\"cents/"
		"kWh\",\"value\":\"9\"},\"type\":\"buy\"},\"contract\":{\"slot\":1},\"cpf\":0.5}",
		s->street.genesis.params.roles[0].address.text);
	request(s, "aggregator", OPERATION_BID_OFFER, &aggregator, 0, text, "NOT_ALLOWED");
	bid(s, 2, 1, "sell", "100", "8", ",\"auction\":999999", "UNKNOWN_AUCTION");
	(void)snprintf(tail, sizeof tail, ",\"auction\":%llu", (unsigned long long)buys);
	bid(s, 2, 1, "sell", "100", "8", tail, "MODE");
	bid(s, 0, 2, "sell", "100", "8", tail, "ADDRESS_SLOT");
	bid(s, 0, 7, "sell", "100", "8", tail, "NOT_ADMITTED");
	bid(s, 0, 1, "buy", "100", "8", tail, "SAME_SIDE");
	bid(s, 0, 1, "sell", "100", "20.001", tail, "BEYOND_LIMIT");
	bid(s, 3, 1, "sell", "100", "8", tail, "FUNDS_TOO_LOW");
	bid(s, 0, 1, "sell", "100", "20", tail, "OK");
	order = s->seq;
	(void)snprintf(text, sizeof text, "\"order\":%llu", (unsigned long long)order);
	simple(s, 1, 1, OPERATION_CANCEL, text, "NOT_OWNER");
	simple(s, 0, 1, OPERATION_CANCEL, "\"order\":999999", "UNKNOWN_ORDER");
	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",\"order\":%llu}",
		s->street.genesis.params.roles[0].address.text, (unsigned long long)buys);
	request(s, "aggregator", OPERATION_CANCEL, &aggregator, 0, text, "ANSWERED");
	(void)snprintf(text, sizeof text, "\"order\":%llu", (unsigned long long)order);
	simple(s, 0, 1, OPERATION_CANCEL, text, "OK");
	simple(s, 0, 1, OPERATION_CANCEL, text, "UNKNOWN_ORDER");
	bid(s, 0, 2, "buy", "100", "8", "", "OK");
	mine = s->seq;
	(void)snprintf(tail, sizeof tail, ",\"auction\":%llu", (unsigned long long)mine);
	bid(s, 0, 2, "sell", "100", "8", tail, "SELF_TRADE");
	(void)snprintf(tail, sizeof tail, ",\"auction\":%llu", (unsigned long long)sells);
	bid(s, 1, 1, "buy", "200", "9.5", tail, "OK");
	for (int i = 0; i < 101 && strcmp(s->code, "TOO_MANY") != 0; i++)
		open_auction(s, "buy", "100000000", "0", "\"slot\":4", i < 99 ? "OK" : "TOO_MANY");
}

static void keys(struct scene *s)
{
	struct street_home *h = &s->street.homes[0];
	struct signer ems = by_key(h->ems);
	struct message_key k = {.slot = 9};
	struct slot_secret secret;
	struct public_key key;
	char text[TEXT_MAX], key_text[KEY_TEXT_MAX + 1];
	struct out p;

	if (slot_secret_draw(KEY_P256, &secret, &key) != ERR_OK)
		street_die("keys");
	k.key = key;
	if (message_prove(h->id, s->street.genesis.market, "9", &(struct signer){.secret = &secret},
		    &k) != ERR_OK)
		street_die("proof");
	out_init(&p, text, sizeof text);
	k.slot = 10;
	message_write_addresses(&p, &k, 1);
	request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "NO_POSSESSION");
	out_init(&p, text, sizeof text);
	k.slot = 9;
	message_write_addresses(&p, &k, 1);
	request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "OK");
	request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "KEY_KNOWN");
	for (int slot = 6; slot >= 2; slot -= 4) {
		char subject[8];
		if (slot_secret_draw(KEY_P256, &secret, &key) != ERR_OK)
			street_die("keys");
		k = (struct message_key){.slot = slot, .key = key};
		(void)snprintf(subject, sizeof subject, "%d", slot);
		if (message_prove(h->id, s->street.genesis.market, subject,
			    &(struct signer){.secret = &secret}, &k) != ERR_OK)
			street_die("proof");
		out_init(&p, text, sizeof text);
		message_write_addresses(&p, &k, 1);
		request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text,
			slot == 6 ? "ADDRESS_EXISTS" : "SLOT_TOO_NEAR");
	}
	memset(k.key.bytes + 1, 0xff, 32);
	key_print(&k.key, key_text);
	out_init(&p, text, sizeof text);
	k.slot = 11;
	message_write_addresses(&p, &k, 1);
	request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "KEY_WEAK");
}

static void operators(struct scene *s)
{
	struct signer o = by_key(s->street.operator_key);

	request(s, "operator", OPERATION_HOME_REVOKE, &o, 0, "{\"clientId\":\"nobody\"}",
		"UNKNOWN_HOME");
	request(s, "operator", OPERATION_HOME_REVOKE, &o, 0, "{\"clientId\":\"home0005\"}", "OK");
	request(s, "operator", OPERATION_HOME_REVOKE, &o, 0, "{\"clientId\":\"home0005\"}",
		"REVOKED");
	request(s, "operator", OPERATION_HOME_ADD, &o, 0,
		"{\"battery_w\":0,\"clientId\":\"home0000\",\"code_hash\":"
		"\"0000000000000000000000000000000000000000000000000000000000000000\","
		"\"fuse_w\":0,\"meter_serial\":\"X\",\"meter_type\":\"t\",\"pv_w\":0}",
		"EXISTS");
}

/* A reading of `slot` with these registers; the meter's signature is spoilt if bad. */
static void reading(struct scene *s, int h, int64_t slot, int64_t off_ms, const int64_t *wh,
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
	request(s, home->id, OPERATION_STATE, &ems, 0, text, want);
}

static void first_readings(struct scene *s)
{
	static const int64_t base[REGISTER_COUNT] = {100, 100, 100, 100, 100};

	reading(s, 0, -1, 0, base, "OTHER", false, "UNKNOWN_METER");
	reading(s, 0, -1, 0, base, "SN0", true, "BAD_METER_SIGNATURE");
	reading(s, 0, -1, 600000, base, "SN0", false, "BOUNDARY");
	reading(s, 0, 0, 0, base, "SN0", false, "READING_EARLY");
	reading(s, 0, -1, 0, base, "SN0", false, "OK");
	reading(s, 0, -1, 0, base, "SN0", false, "READING_EXISTS");
	reading(s, 4, -1, 0, base, "SN4", false, "OK");
}

static void second_readings(struct scene *s)
{
	static const int64_t back[REGISTER_COUNT] = {99, 100, 100, 100, 100};
	static const int64_t beyond[REGISTER_COUNT] = {9000, 100, 100, 100, 100};
	static const int64_t odd[REGISTER_COUNT] = {100, 100, 600, 100, 100};
	static const int64_t good[REGISTER_COUNT] = {600, 200, 100, 100, 100};

	reading(s, 0, -1, 0, good, "SN0", false, "READING_LATE");
	reading(s, 0, 0, 0, back, "SN0", false, "REGISTER_ROLLBACK");
	reading(s, 0, 0, 0, beyond, "SN0", false, "BEYOND_RATING");
	reading(s, 0, 0, 0, odd, "SN0", false, "REGISTERS_INCONSISTENT");
	reading(s, 0, 0, 0, good, "SN0", false, "OK");
	/* P 500, C 600: CPF 0.90. */
	simple(s, 0, 1, OPERATION_CPF, "\"cpf\":0.5", "CPF_MISMATCH");
	simple(s, 0, 2, OPERATION_CPF, "\"cpf\":0.9", "ADDRESS_SLOT");
	simple(s, 0, 0, OPERATION_CPF, "\"cpf\":0.9", "ADDRESS_CLOSED");
	simple(s, 0, 1, OPERATION_CPF, "\"cpf\":0.9", "OK");
	simple(s, 0, 1, OPERATION_CPF, "\"cpf\":0.9", "CPF_ANNOUNCED");
}

/* The addresses ranked for block 1, and its hash. */
static void read_ranking(struct scene *s, char ranked[3][ADDRESS_LEN + 1], char hash[80])
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

static void seal(
	struct scene *s, const char *address, const char *hash, int height, const char *want)
{
	char rest[256];

	for (int h = 0; h < 6; h++) {
		for (int slot = 0; slot < 8; slot++) {
			if (strcmp(s->street.homes[h].addresses[slot].text, address) != 0)
				continue;
			(void)snprintf(rest, sizeof rest, "\"header_hash\":\"%s\",\"height\":%d",
				hash, height);
			simple(s, h, slot, OPERATION_SEAL, rest, want);
			return;
		}
	}
	s->failed++;
	(void)printf("  FAILED: no home has the ranked address %s\n", address);
}

static void seals(struct scene *s)
{
	char ranked[3][ADDRESS_LEN + 1] = {{0}}, hash[80] = "", wrong[80];

	read_ranking(s, ranked, hash);
	seal(s, ranked[1], hash, 1, "SEAL_EARLY");
	(void)snprintf(wrong, sizeof wrong, "%s", hash);
	wrong[3] = wrong[3] == '0' ? '1' : '0';
	seal(s, ranked[0], wrong, 1, "WRONG_HASH");
	seal(s, ranked[0], hash, 2, "WRONG_HEIGHT");
	seal(s, s->street.homes[1].addresses[3].text, hash, 1, "NOT_RANKED");
	seal(s, ranked[0], hash, 1, "OK");
	seal(s, ranked[0], hash, 1, "SEALED");
}

static void wait_for_slot(struct scene *s, int64_t slot)
{
	while (street_market_ms(&s->street) <
		params_slot_start_ms(&s->street.genesis.params, slot) + 30000) {
		for (size_t i = 0; i < s->user_count; i++) {
			if (link_wait(s->users[i].link, 5) != ERR_OK)
				street_die("the connection is lost");
		}
	}
}

/* A code's session may register; with another code it may not. */
static void registration(struct scene *s, const char *code)
{
	struct private_key *ems = NULL;
	struct message_key k = {.role = "ems"};
	struct signer signer;
	char text[TEXT_MAX];
	struct out p;

	if (private_key_generate(KEY_P256, &ems) != ERR_OK)
		street_die("keys");
	signer = by_key(ems);
	k.key = *private_key_public(ems);
	join(s, "home9999", ems, code);
	if (message_prove("home9999", s->street.genesis.market, "ems", &signer, &k) != ERR_OK)
		street_die("proof");
	out_init(&p, text, sizeof text);
	message_write_register(&p, "wrongwrongwrongwrong", MODE_BOTH, &k, 1);
	request(s, "home9999", OPERATION_REGISTER, &signer, 0, text, "BAD_CODE");
	private_key_free(ems);
	link_close(user(s, "home9999")->link);
	s->user_count--;
}

/* More messages than a client's share. */
static void flood(struct scene *s)
{
	struct user *u = user(s, "home0001");

	s->awaited[0] = '\0';
	s->code[0] = '\0';
	for (int i = 0; i < FLOOD; i++) {
		if (link_send(u->link, "lem/e2e/in/cpf", "{}", 2) != ERR_OK)
			street_die("the connection is lost");
	}
	for (int ms = 0; ms < ANSWER_MS && !s->limited; ms += 10) {
		if (link_wait(u->link, 10) != ERR_OK)
			break;
	}
	(void)snprintf(s->code, sizeof s->code, "%s", s->limited ? "RATE_LIMITED" : "");
	expect(s, "RATE_LIMITED", "a flood");
}

static pid_t start_broker(struct scene *s)
{
	char conf[STREET_PATH_MAX + 64];
	pid_t pid = fork();

	(void)snprintf(conf, sizeof conf, "%s/mosquitto.conf", s->street.dir);
	if (pid == 0) {
		execlp("mosquitto", "mosquitto", "-c", conf, (char *)NULL);
		_exit(127);
	}
	(void)usleep(600000);
	return pid;
}

static void act(struct scene *s, const char *code)
{
	char id[16];

	join(s, "operator", s->street.operator_key, NULL);
	join(s, "aggregator", s->street.aggregator_key, NULL);
	for (int i = 0; i < 5; i++) {
		(void)snprintf(id, sizeof id, "home%04d", i);
		join(s, id, s->street.homes[i].ems, NULL);
	}
	wait_for_slot(s, 0);
	orders(s);
	repeats(s);
	simple(s, 0, 0, OPERATION_CPF, "\"cpf\":0.7", "OK");
	first_readings(s);
	form_and_signature(s);
	wait_for_slot(s, 1);
	seals(s);
	second_readings(s);
	keys(s);
	operators(s);
	registration(s, code);
	flood(s);
}

int main(int argc, char **argv)
{
	static const int modes[6] = {MODE_BOTH, MODE_TE, MODE_RE, MODE_BOTH, MODE_BOTH, MODE_BOTH};
	struct scene *s = calloc(1, sizeof *s);
	pid_t broker;

	if (argc != 4)
		street_die("usage: verdicts DIR PORT CODE");
	s->port = (int)strtol(argv[2], NULL, 10);
	(void)snprintf(s->cafile, sizeof s->cafile, "%s/ca.crt", argv[1]);
	street_open(&s->street, argv[1]);
	for (size_t i = 0; i < 6; i++)
		street_enrol(&s->street, i, (enum mode)modes[i], i == 3 ? 1 : 1000000000, 8);
	street_shut(&s->street);
	broker = start_broker(s);
	act(s, argv[3]);
	for (size_t i = 0; i < s->user_count; i++)
		link_close(s->users[i].link);
	(void)kill(broker, SIGTERM);
	(void)waitpid(broker, NULL, 0);
	street_release(&s->street);
	(void)printf("%u passed, %u failed\n", s->passed, s->failed);
	return s->failed > 0;
}
