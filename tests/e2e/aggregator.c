/*
 * aggregator: a scripted aggregator. In each slot it opens one auction for the slot after: by
 * night and in the evening it buys (homes discharge), in the sunny hours it sells (homes charge).
 *
 * usage: aggregator DIR PORT SLOTS WH [SIXTEENTHS]
 *   DIR    a market made by lemctl init (genesis.json, aggregator.pem, ca.crt)
 *   SLOTS  how many slots to run
 *   WH     energy of one auction
 *   SIXTEENTHS of a slot that pass before it opens (2)
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "wire/message.h"
#include "lemctl/link.h"
#include "wire/clock.h"
#include "wire/genesis.h"

enum { PATH_LEN = 4096, OPEN_AT = 2, SUN_FROM = 9, SUN_TO = 15 };

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

struct aggregator {
	struct genesis genesis;
	struct private_key *key;
	struct link *link;
	int64_t energy_wh, open_at;
	unsigned opened, refused;
};

static int64_t market_now(const struct aggregator *a)
{
	return params_market_ms(&a->genesis.params, clock_real_ms());
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct aggregator *a = context;
	const char *kind = strrchr(topic, '/');

	for (const char *c = payload; kind && strcmp(kind, "/receipt") == 0 && c;) {
		c = memmem(c, len - (size_t)(c - payload), "\"tx_id\"", 7);
		a->opened += c != NULL;
		c = c ? c + 1 : NULL;
	}
	if (kind && strcmp(kind, "/reject") == 0) {
		a->refused++;
		(void)fprintf(stderr, "aggregator: %.*s\n", (int)len, payload);
	}
}

static bool load(struct aggregator *a, const char *dir)
{
	char path[PATH_LEN], why[PRIVATE_KEY_WHY_MAX];

	(void)snprintf(path, sizeof path, "%s/genesis.json", dir);
	if (genesis_load(path, NULL, &a->genesis, why) != ERR_OK)
		return false;
	(void)snprintf(path, sizeof path, "%s/aggregator.pem", dir);
	return private_key_load(path, &a->key, why) == ERR_OK;
}

/* One auction for the slot after `slot`. */
static enum err open_auction(struct aggregator *a, int64_t slot)
{
	int64_t hour = a->genesis.params.slot_s * (slot + 1) / 3600 % 24;
	bool sells = hour >= SUN_FROM && hour < SUN_TO;
	struct signer signer = {.key = a->key};
	struct message m = {.text = NULL};
	char parameters[1024], topic[128];
	struct out out;
	enum err err;

	out_init(&out, parameters, sizeof parameters);
	out_printf(&out,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%lld\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%s\"},\"type\":\"%s\"},"
		"\"contract\":{\"rule\":\"%s\",\"slot\":%lld}}",
		a->genesis.params.roles[0].address.text, (long long)a->energy_wh,
		sells ? "6" : "18", sells ? "sell" : "buy",
		slot % 3 == 2 ? "uniform" : "pay-as-bid", (long long)(slot + 1));
	err = message_make(OPERATION_BID_OFFER, "aggregator", a->genesis.market, market_now(a),
		&out, &signer, &m);
	if (err != ERR_OK)
		return err;
	(void)snprintf(topic, sizeof topic, "lem/%s/in/bid-offer", a->genesis.name);
	err = link_send(a->link, topic, m.text, m.len);
	message_release(&m);
	return err;
}

/* Connect, and again after a loss, until told to stop. */
static bool reconnect(struct aggregator *a, const struct link_options *o)
{
	char why[LINK_WHY_MAX];

	link_close(a->link);
	a->link = NULL;
	while (!stopped && link_open(o, NULL, on_message, a, &a->link, why) != ERR_OK) {
		struct timespec pause = {.tv_nsec = 200000000};
		(void)nanosleep(&pause, NULL);
	}
	return a->link != NULL;
}

/* Wait for market time at_ms; false when told to stop. */
static bool wait_for(struct aggregator *a, const struct link_options *o, int64_t at_ms)
{
	while (!stopped && market_now(a) < at_ms) {
		if (link_wait(a->link, 20) != ERR_OK && !reconnect(a, o))
			return false;
	}
	return !stopped;
}

static int run(struct aggregator *a, const struct link_options *o, int64_t slots)
{
	const struct params *p = &a->genesis.params;
	int64_t sixteenth_ms = p->slot_s * 1000 / 16;

	for (int64_t slot = 0; slot < slots; slot++) {
		int64_t at_ms = params_slot_start_ms(p, slot) + a->open_at * sixteenth_ms;
		if (!wait_for(a, o, at_ms))
			return 1;
		/* Nothing for slots that passed while there was no connection. */
		if (market_now(a) > at_ms + 2 * sixteenth_ms)
			continue;
		if (open_auction(a, slot) != ERR_OK && !reconnect(a, o))
			return 1;
	}
	if (link_wait(a->link, 500) != ERR_OK)
		return 1;
	(void)fprintf(
		stderr, "aggregator: %u auctions opened, %u refused\n", a->opened, a->refused);
	return a->refused > 0;
}

int main(int argc, char **argv)
{
	struct aggregator a = {.key = NULL};
	char cafile[PATH_LEN];
	struct sigaction action = {.sa_handler = on_signal};
	struct link_options o = {.host = "127.0.0.1",
		.cafile = cafile,
		.client_id = "aggregator",
		.suffix = "script"};
	int code = 1;

	if (argc < 5 || argc > 6 || !load(&a, argv[1])) {
		(void)fprintf(stderr, "usage: aggregator DIR PORT SLOTS WH [SIXTEENTHS]\n");
		return 2;
	}
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)snprintf(cafile, sizeof cafile, "%s/ca.crt", argv[1]);
	o.port = (int)strtol(argv[2], NULL, 10);
	o.name = a.genesis.name;
	o.market = a.genesis.market;
	o.key = a.key;
	a.energy_wh = strtoll(argv[4], NULL, 10);
	a.open_at = argc == 6 ? strtoll(argv[5], NULL, 10) : OPEN_AT;
	if (reconnect(&a, &o))
		code = run(&a, &o, strtoll(argv[3], NULL, 10));
	link_close(a.link);
	private_key_free(a.key);
	return code;
}
