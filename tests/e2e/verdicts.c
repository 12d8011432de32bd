/* Every refusal once, over a real broker: usage verdicts DIR PORT CODE, with the market of DIR made
 * by `lemctl init --demo --rate 150 --slot 3600` and its broker not started yet; CODE is that of
 * home9999, who is invited. Prints a line for each wrong answer; the last line counts. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/lib/scene.h"
#include "wire/date.h"
#include "wire/text.h"

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
	scene_exchange(s, "home0000", "lem/e2e/in/cpf", long_text, sizeof long_text);
	scene_expect(s, "TOO_LARGE", "3,000 bytes");
	scene_exchange(s, "home0000", "lem/e2e/in/cpf", "{\"a\":1,\"a\":2}", 13);
	scene_expect(s, "BAD_JSON", "a member twice");
	scene_exchange(s, "home0000", "lem/e2e/in/cpf", "{\"a\":1}", 7);
	scene_expect(s, "BAD_FIELD", "an unknown member");
	scene_request(s, "home0000", OPERATION_WALLET, &ems, 0, "{\"x\":1}", "BAD_FIELD");
	out_init(&p, text, sizeof text);
	out_printf(&p, "{}");
	if (message_make(OPERATION_WALLET, "home0001", s->street.genesis.market,
		    street_market_ms(&s->street), &p, &ems, &m) != ERR_OK)
		street_die("signing");
	(void)snprintf(s->awaited, sizeof s->awaited, "%s", m.req_id);
	scene_exchange(s, "home0000", "lem/e2e/in/wallet", m.text, m.len);
	scene_expect(s, "WRONG_CLIENT", "another's clientId");
	scene_exchange(s, "home0000", "lem/e2e/in/sync", m.text, m.len);
	scene_expect(s, "UNKNOWN_OPERATION", "another operation's topic");
	message_release(&m);
	scene_bid(s, 0, 1, "sell", "0", "8", "", "OUT_OF_RANGE");
	scene_bid(s, 0, 1, "sell", "100", "10001", "", "OUT_OF_RANGE");
	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",\"cpf\":0.5}",
		s->street.homes[0].addresses[0].text);
	scene_request(s, "home0000", OPERATION_CPF, &wrong, 0, text, "BAD_SIGNATURE");
	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",\"cpf\":0.5}",
		s->street.homes[1].addresses[0].text);
	scene_request(s, "home0000", OPERATION_CPF, &wrong, 0, text, "UNKNOWN_ADDRESS");
	scene_simple(s, 0, 0, OPERATION_CPF, "\"cpf\":1.5", "OUT_OF_RANGE");
}

/* The paper's second message. */
static const char state[] = "{\"clientId\":\"home0000\",\"reqId\":\"slkfjoiru20svkm038\","
			    "\"date\":\"2018-01-01 00:00:00\",\"operation\":\"state\","
			    "\"parameters\":{\"item\":\"device\",\"name\":\"Smart Temperature "
			    "Sensor\",\"value\":\"28\"}}";

/* Repeats and stale dates; the paper's second message passes unsigned. */
static void repeats(struct scene *s)
{
	struct signer a = by_address(s, 4, 0);
	char text[TEXT_MAX], first[TEXT_MAX];
	struct message m = {.text = NULL};
	struct out p;

	(void)snprintf(text, sizeof text, "{\"address\":\"%s\",\"cpf\":0.4}",
		s->street.homes[4].addresses[0].text);
	scene_request(s, "home0004", OPERATION_CPF, &a, -7200000, text, "STALE");
	out_init(&p, text, sizeof text);
	out_printf(&p, "{\"address\":\"%s\",\"cpf\":0.4}", s->street.homes[4].addresses[0].text);
	if (message_make(OPERATION_CPF, "home0004", s->street.genesis.market,
		    street_market_ms(&s->street), &p, &a, &m) != ERR_OK)
		street_die("signing");
	(void)snprintf(s->awaited, sizeof s->awaited, "%s", m.req_id);
	scene_exchange(s, "home0004", "lem/e2e/in/cpf", m.text, m.len);
	scene_expect(s, "OK", "an announcement");
	(void)snprintf(first, sizeof first, "%s", s->last);
	scene_exchange(s, "home0004", "lem/e2e/in/cpf", m.text, m.len);
	scene_expect(s, "OK", "the same again");
	s->passed += strcmp(first, s->last) == 0;
	if (strcmp(first, s->last) != 0) {
		s->failed++;
		(void)printf("  FAILED: the repeated receipt differs\n");
	}
	scene_alter(s, "home0004", &m, &a, "\"cpf\":0.4", "\"cpf\":0.5");
	scene_expect(s, "REQID_REUSED", "another body");
	message_release(&m);
	s->awaited[0] = '\0';
	s->code[0] = '\0';
	if (link_send(scene_user(s, "home0000")->link, "lem/e2e/in/state", state,
		    sizeof state - 1) != ERR_OK ||
		link_wait(scene_user(s, "home0000")->link, 300) != ERR_OK)
		street_die("the connection is lost");
	scene_expect(s, "", "an observation has no answer");
}

static void orders(struct scene *s)
{
	struct signer aggregator = by_key(s->street.aggregator_key);
	char tail[256], text[TEXT_MAX], date[DATE_LEN + 1];
	uint64_t sells, buys, order;

	scene_open(s, "buy", "5000", "20", "\"slot\":9", "HORIZON");
	scene_open(s, "buy", "5000", "20", "\"slot\":0", "HORIZON");
	scene_open(s, "buy", "5000", "20", "", "BAD_TERMS");
	scene_open(s, "buy", "5000", "20", "\"measure\":\"import\",\"slot\":1", "BAD_TERMS");
	date_write(s->street.genesis.params.start_ms - 3600000, date);
	(void)snprintf(text, sizeof text, "\"gate_close\":\"%s\",\"slot\":1", date);
	scene_open(s, "buy", "5000", "20", text, "GATE_CLOSED");
	scene_open(s, "buy", "5000", "20", "\"measure\":\"baseline\",\"slot\":1", "OK");
	(void)snprintf(tail, sizeof tail, ",\"auction\":%llu", (unsigned long long)s->seq);
	scene_bid(s, 0, 1, "sell", "100", "8", tail, "NO_BASELINE");
	scene_open(s, "buy", "5000", "20", "\"slot\":1", "OK");
	buys = s->seq;
	scene_open(s, "sell", "5000", "6", "\"slot\":1", "OK");
	sells = s->seq;
	(void)snprintf(text, sizeof text,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"1\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"9\"},\"type\":\"buy\"},"
		"\"contract\":{\"slot\":1},\"cpf\":0.5}",
		s->street.genesis.params.roles[0].address.text);
	scene_request(s, "aggregator", OPERATION_BID_OFFER, &aggregator, 0, text, "NOT_ALLOWED");
	scene_bid(s, 2, 1, "sell", "100", "8", ",\"auction\":999999", "UNKNOWN_AUCTION");
	(void)snprintf(tail, sizeof tail, ",\"auction\":%llu", (unsigned long long)buys);
	scene_bid(s, 2, 1, "sell", "100", "8", tail, "MODE");
	scene_bid(s, 0, 2, "sell", "100", "8", tail, "ADDRESS_SLOT");
	scene_bid(s, 0, 7, "sell", "100", "8", tail, "NOT_ADMITTED");
	scene_bid(s, 0, 1, "buy", "100", "8", tail, "SAME_SIDE");
	scene_bid(s, 0, 1, "sell", "100", "20.001", tail, "BEYOND_LIMIT");
	scene_bid(s, 3, 1, "sell", "100", "8", tail, "FUNDS_TOO_LOW");
	scene_bid(s, 0, 1, "sell", "5001", "0", tail, "BEYOND_RATING");
	scene_bid(s, 0, 1, "sell", "100", "20", tail, "OK");
	order = s->seq;
	(void)snprintf(text, sizeof text, "\"order\":%llu", (unsigned long long)order);
	scene_simple(s, 1, 1, OPERATION_CANCEL, text, "NOT_OWNER");
	scene_simple(s, 0, 1, OPERATION_CANCEL, "\"order\":999999", "UNKNOWN_ORDER");
	(void)snprintf(tail, sizeof tail, "{\"address\":\"%s\",\"order\":%llu}",
		s->street.genesis.params.roles[0].address.text, (unsigned long long)buys);
	scene_request(s, "aggregator", OPERATION_CANCEL, &aggregator, 0, tail, "ANSWERED");
	scene_simple(s, 0, 1, OPERATION_CANCEL, text, "OK");
	scene_simple(s, 0, 1, OPERATION_CANCEL, text, "UNKNOWN_ORDER");
	scene_bid(s, 0, 2, "buy", "100", "8", "", "OK");
	(void)snprintf(tail, sizeof tail, ",\"auction\":%llu", (unsigned long long)s->seq);
	scene_bid(s, 0, 2, "sell", "100", "8", tail, "SELF_TRADE");
	(void)snprintf(tail, sizeof tail, ",\"auction\":%llu", (unsigned long long)sells);
	scene_bid(s, 1, 1, "buy", "200", "9.5", tail, "OK");
	for (int i = 0; i < 101 && strcmp(s->code, "TOO_MANY") != 0; i++)
		scene_open(s, "buy", "100000000", "0", "\"slot\":4", i < 99 ? "OK" : "TOO_MANY");
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

	scene_request(s, "home0000", OPERATION_PREFERENCE, &ems, 0,
		"{\"from_slot\":2,\"mode\":\"RE\"}", "ORDERS_STAND");
	if (slot_secret_draw(KEY_P256, &secret, &key) != ERR_OK)
		street_die("keys");
	k.key = key;
	if (message_prove(h->id, s->street.genesis.market, "9", &(struct signer){.secret = &secret},
		    &k) != ERR_OK)
		street_die("proof");
	out_init(&p, text, sizeof text);
	k.slot = 10;
	message_write_addresses(&p, &k, 1);
	scene_request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "NO_POSSESSION");
	out_init(&p, text, sizeof text);
	k.slot = 9;
	message_write_addresses(&p, &k, 1);
	scene_request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "OK");
	scene_request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "KEY_KNOWN");
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
		scene_request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text,
			slot == 6 ? "ADDRESS_EXISTS" : "SLOT_TOO_NEAR");
	}
	memset(k.key.bytes + 1, 0xff, 32);
	key_print(&k.key, key_text);
	out_init(&p, text, sizeof text);
	k.slot = 11;
	message_write_addresses(&p, &k, 1);
	scene_request(s, h->id, OPERATION_ADDRESSES, &ems, 0, text, "KEY_WEAK");
}

static void operators(struct scene *s)
{
	struct signer o = by_key(s->street.operator_key);

	scene_request(s, "operator", OPERATION_HOME_REVOKE, &o, 0, "{\"clientId\":\"nobody\"}",
		"UNKNOWN_HOME");
	scene_request(s, "operator", OPERATION_HOME_CHANGE, &o, 0,
		"{\"clientId\":\"home0005\",\"fuse_w\":20000}", "OK");
	scene_request(
		s, "operator", OPERATION_HOME_REVOKE, &o, 0, "{\"clientId\":\"home0005\"}", "OK");
	scene_request(s, "operator", OPERATION_HOME_CHANGE, &o, 0,
		"{\"clientId\":\"home0005\",\"fuse_w\":20001}", "REVOKED");
	scene_request(s, "operator", OPERATION_HOME_REVOKE, &o, 0, "{\"clientId\":\"home0005\"}",
		"REVOKED");
	scene_request(s, "operator", OPERATION_HOME_ADD, &o, 0,
		"{\"battery_w\":0,\"clientId\":\"home0000\",\"code_hash\":"
		"\"0000000000000000000000000000000000000000000000000000000000000000\","
		"\"fuse_w\":0,\"meter_serial\":\"X\",\"meter_type\":\"t\",\"pv_w\":0}",
		"EXISTS");
}

static void first_readings(struct scene *s)
{
	static const int64_t base[REGISTER_COUNT] = {100, 100, 100, 100, 100};

	scene_reading(s, 0, -1, 0, base, "OTHER", false, "UNKNOWN_METER");
	scene_reading(s, 0, -1, 0, base, "SN0", true, "BAD_METER_SIGNATURE");
	scene_reading(s, 0, -1, 600000, base, "SN0", false, "BOUNDARY");
	scene_reading(s, 0, 0, 0, base, "SN0", false, "READING_EARLY");
	scene_reading(s, 0, -1, 0, base, "SN0", false, "OK");
	scene_reading(s, 0, -1, 0, base, "SN0", false, "READING_EXISTS");
	scene_reading(s, 4, -1, 0, base, "SN4", false, "OK");
}

static void second_readings(struct scene *s)
{
	static const int64_t back[REGISTER_COUNT] = {99, 100, 100, 100, 100};
	static const int64_t beyond[REGISTER_COUNT] = {9000, 100, 100, 100, 100};
	static const int64_t odd[REGISTER_COUNT] = {100, 100, 600, 100, 100};
	static const int64_t good[REGISTER_COUNT] = {600, 200, 100, 100, 100};

	scene_reading(s, 0, -1, 0, good, "SN0", false, "READING_LATE");
	scene_reading(s, 0, 0, 0, back, "SN0", false, "REGISTER_ROLLBACK");
	scene_reading(s, 0, 0, 0, beyond, "SN0", false, "BEYOND_RATING");
	scene_reading(s, 0, 0, 0, odd, "SN0", false, "REGISTERS_INCONSISTENT");
	scene_reading(s, 0, 0, 0, good, "SN0", false, "OK");
	/* P 500, C 600: CPF 0.90. */
	scene_simple(s, 0, 1, OPERATION_CPF, "\"cpf\":0.5", "CPF_MISMATCH");
	scene_simple(s, 0, 2, OPERATION_CPF, "\"cpf\":0.9", "ADDRESS_SLOT");
	scene_simple(s, 0, 0, OPERATION_CPF, "\"cpf\":0.9", "ADDRESS_CLOSED");
	scene_simple(s, 0, 1, OPERATION_CPF, "\"cpf\":0.9", "OK");
	scene_simple(s, 0, 1, OPERATION_CPF, "\"cpf\":0.9", "CPF_ANNOUNCED");
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
			scene_simple(s, h, slot, OPERATION_SEAL, rest, want);
			return;
		}
	}
	s->failed++;
	(void)printf("  FAILED: no home has the ranked address %s\n", address);
}

static void seals(struct scene *s)
{
	char ranked[3][ADDRESS_LEN + 1] = {{0}}, hash[80] = "", wrong[80];

	scene_ranking(s, ranked, hash);
	seal(s, ranked[1], hash, 1, "SEAL_EARLY");
	(void)snprintf(wrong, sizeof wrong, "%s", hash);
	wrong[3] = wrong[3] == '0' ? '1' : '0';
	seal(s, ranked[0], wrong, 1, "WRONG_HASH");
	seal(s, ranked[0], hash, 2, "WRONG_HEIGHT");
	seal(s, s->street.homes[1].addresses[3].text, hash, 1, "NOT_RANKED");
	seal(s, ranked[0], hash, 1, "OK");
	seal(s, ranked[0], hash, 1, "SEALED");
}

/* A code's session may register; with another code it may not. Nor may it anything else: the broker
 * does not even take it in, so that nobody is ever told NOT_REGISTERED. */
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
	scene_join(s, "home9999", ems, code);
	if (message_prove("home9999", s->street.genesis.market, "ems", &signer, &k) != ERR_OK)
		street_die("proof");
	out_init(&p, text, sizeof text);
	message_write_register(&p, "wrongwrongwrongwrong", MODE_BOTH, &k, 1);
	scene_request(s, "home9999", OPERATION_REGISTER, &signer, 0, text, "BAD_CODE");
	scene_request(s, "home9999", OPERATION_WALLET, &signer, 0, "{}", "");
	private_key_free(ems);
	link_close(scene_user(s, "home9999")->link);
	s->user_count--;
}

/* More blocks asked for at once than the market has feeds: while it waits for its file, requests
 * gather, and are then taken together. */
static void too_many_feeds(struct scene *s)
{
	struct signer ems = by_key(s->street.homes[1].ems);
	struct sqlite3 *file = scene_hold(s);

	if (link_send(scene_user(s, "home0000")->link, "lem/e2e/in/state", state,
		    sizeof state - 1) != ERR_OK)
		street_die("the connection is lost");
	scene_pour(s, "home0001", OPERATION_SYNC, &ems, "{\"from\":1,\"to\":1}", ENGINE_FEEDS_MAX);
	scene_let_go(file);
	scene_await(s, "home0001");
	scene_expect(s, "BUSY", "too many feeds");
}

/* More messages than a client's share. */
static void flood(struct scene *s)
{
	struct user *u = scene_user(s, "home0001");

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
	scene_expect(s, "RATE_LIMITED", "a flood");
}

static void act(struct scene *s, const char *code)
{
	char id[16];

	scene_join(s, "operator", s->street.operator_key, NULL);
	scene_join(s, "aggregator", s->street.aggregator_key, NULL);
	for (int i = 0; i < 5; i++) {
		(void)snprintf(id, sizeof id, "home%04d", i);
		scene_join(s, id, s->street.homes[i].ems, NULL);
	}
	scene_wait_for_slot(s, 0);
	orders(s);
	repeats(s);
	scene_simple(s, 0, 0, OPERATION_CPF, "\"cpf\":0.7", "OK");
	first_readings(s);
	form_and_signature(s);
	scene_wait_for_slot(s, 1);
	seals(s);
	second_readings(s);
	keys(s);
	operators(s);
	registration(s, code);
	too_many_feeds(s);
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
	broker = scene_start_broker(s);
	act(s, argv[3]);
	for (size_t i = 0; i < s->user_count; i++)
		link_close(s->users[i].link);
	(void)kill(broker, SIGTERM);
	(void)waitpid(broker, NULL, 0);
	street_release(&s->street);
	(void)printf("%u passed, %u failed\n", s->passed, s->failed);
	return s->failed > 0;
}
