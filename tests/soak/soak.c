/*
 * soak: usage: soak BUILD DIR HOMES SLOTS RATE PORT [RUSH_S [TOOLS]]
 *
 * HOMES homes, as clients of a real broker with the plugin, for SLOTS slots of 900 s at RATE market
 * seconds a second. Each home reads its meter, announces its CPF, answers auctions of the market's
 * own aggregator and of other homes, opens some, delivers, and seals when it is ranked; one
 * replica re-executes every block. With RUSH_S all homes instead answer one auction a slot, whose
 * gate is the slot's end, in the last RUSH_S real seconds before it (0: no rush). TOOLS further
 * sessions of each home only listen. DIR keeps the market, its log, and receipts.csv. Exit 1 if
 * anything is late, lost, refused or not answered.
 */
#include <stdlib.h>
#include <string.h>
#include "tests/soak/hearing.h"
#include "tests/soak/setting.h"
#include "wire/clock.h"
#include "wire/date.h"
#include "wire/message.h"

/* Limits in real ms: head, clearing and block after their slot's end, 99 of 100 receipts of bids.
 * Beside a rush time runs fast and everything comes at once: receipts and whole blocks then have
 * a share of the slot. Memory in MiB, and in KiB for each session. */
enum {
	LATE_MS_MAX = 1000,
	BIDS_P99_MS_MAX = 250,
	SLOT_SHARE = 4,
	MEMORY_MIB = 128,
	SESSION_KIB = 64,
	RUSH_WH = 100,
	RUSH_MC = 18,
};

int64_t soak_market_ms(const struct soak *s)
{
	return street_market_ms(&s->street);
}

int64_t soak_slot_real_ms(const struct soak *s, int64_t slot)
{
	const struct params *p = &s->street.genesis.params;

	return params_real_ms(p, params_slot_start_ms(p, slot));
}

const struct soak_auction *soak_auction(const struct soak *s, uint64_t seq)
{
	const struct soak_auction *a = &s->auctions[seq % SOAK_AUCTIONS_MAX];

	return a->seq == seq ? a : NULL;
}

static void on_message(void *context, struct member *m, const char *topic, size_t topic_len,
	const char *payload, size_t len)
{
	struct soak *s = context;

	if (m->context)
		hearing_take(m->context, topic, topic_len, payload, len);
	else if (m == &s->aggregator && memmem(topic, topic_len, "/reject", 7))
		street_die("the aggregator's auction is refused");
}

/* In a rush: an auction for the slot after next whose gate is this slot's end. */
static void open_auction(struct soak *s, int64_t slot)
{
	const struct params *params = &s->street.genesis.params;
	struct signer signer = {.key = s->street.aggregator_key};
	char text[1024], gate[DATE_LEN + 1];
	struct message m = {.text = NULL};
	struct out out;

	date_write(params_slot_start_ms(params, slot + 1), gate);
	out_init(&out, text, sizeof text);
	out_printf(&out,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%zu\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%d\"},\"type\":\"buy\"},"
		"\"contract\":{\"gate_close\":\"%s\",\"slot\":%lld}}",
		params->roles[0].address.text, s->options.homes * RUSH_WH, RUSH_MC, gate,
		(long long)slot + 2);
	if (message_make(OPERATION_BID_OFFER, "aggregator", s->street.genesis.market,
		    soak_market_ms(s), &out, &signer, &m) != ERR_OK)
		street_die("signing");
	crowd_publish(&s->crowd, &s->aggregator, "lem/soak/in/bid-offer", m.text, m.len, 1);
	message_release(&m);
}

/* Tell the homes that a verified block has ranked. */
static void tell_ranked(struct soak *s, const struct observed *block)
{
	for (unsigned rank = 0; rank < block->count; rank++) {
		for (size_t i = 0; i < s->options.homes; i++) {
			struct prosumer *p = &s->homes[i];
			if (address_equal(
				    &block->ranked[rank], &p->keys->addresses[block->height - 1]))
				prosumer_ranked(p, block, rank + 1);
		}
	}
}

static void report_slot(const struct soak *s, int64_t slot, size_t first)
{
	const struct soak_block *b = &s->blocks[slot];

	(void)printf("slot %2lld: %6zu receipts (p99 %5.0f ms), block %lld: head %lld ms, whole "
		     "%lld..%lld ms; broker %ld MiB, %.1f CPU s\n",
		(long long)slot, s->receipts.count - first,
		tally_quantile(&s->receipts, first, 0.99), (long long)slot, (long long)b->head_ms,
		(long long)b->first_ms, (long long)b->last_ms, broker_rss_kib(&s->broker) / 1024,
		broker_cpu_s(&s->broker));
	(void)fflush(stdout);
}

static void begin_slot(struct soak *s, int64_t slot)
{
	for (size_t i = 0; i < s->options.homes; i++)
		prosumer_begin_slot(&s->homes[i], slot);
	for (size_t i = 0; i < s->options.homes * s->options.tools; i++)
		crowd_ping(&s->crowd, &s->tools[i]);
	if (s->options.rush_ms > 0 && slot < s->options.slots)
		open_auction(s, slot);
}

/* Let the slots pass, and nine tenths of one more for what they leave behind. */
static void live(struct soak *s, struct observer *o)
{
	const struct params *params = &s->street.genesis.params;
	int64_t end_ms =
		soak_slot_real_ms(s, s->options.slots + 1) - params->slot_s * 100 / params->rate;
	int64_t slot = -1, now_ms = clock_real_ms();
	struct observed block;
	size_t first = 0;

	for (; now_ms < end_ms; now_ms = clock_real_ms()) {
		int64_t now_slot = params_slot_at(params, params_market_ms(params, now_ms));
		if (now_slot > slot && now_slot >= 0) {
			if (slot > 0)
				report_slot(s, slot, first);
			slot = now_slot;
			first = s->receipts.count;
			begin_slot(s, slot);
		}
		for (size_t i = 0; i < s->options.homes && slot >= 0; i++)
			prosumer_act(&s->homes[i], now_ms);
		if (observer_next(o, &block))
			tell_ranked(s, &block);
		crowd_pump(&s->crowd, 1);
	}
}

/* ---- the verdict ---- */

static unsigned failures;

static void require(bool good, const char *what, double is, double limit)
{
	(void)printf("  %s %s: %.0f (%.0f)\n", good ? "ok" : "FAILED", what, is, limit);
	failures += !good;
}

static size_t rejected_wrongly(const struct soak *s)
{
	size_t n = 0;

	for (int i = 0; i < SOAK_VERDICTS_MAX; i++) {
		if (i != VERDICT_SEALED)
			n += s->rejected[i];
	}
	return n;
}

static int64_t slot_share_ms(const struct soak *s)
{
	const struct params *p = &s->street.genesis.params;

	return p->slot_s * 1000 / p->rate / SLOT_SHARE;
}

static int64_t limit_ms(const struct soak *s, int64_t of_a_rush_ms)
{
	int64_t share_ms = slot_share_ms(s);

	return s->options.rush_ms > 0 || share_ms < of_a_rush_ms ? of_a_rush_ms : share_ms;
}

static void judge_blocks(const struct soak *s)
{
	int64_t head_ms = 0, whole_ms = 0, cleared_ms = 0;
	size_t told = SIZE_MAX;

	for (int64_t h = 1; h <= s->options.slots; h++) {
		const struct soak_block *b = &s->blocks[h];
		head_ms = b->head_ms < 0 ? INT64_MAX : b->head_ms > head_ms ? b->head_ms : head_ms;
		whole_ms = b->first_ms > whole_ms ? b->first_ms : whole_ms;
		cleared_ms = b->cleared_ms > cleared_ms ? b->cleared_ms : cleared_ms;
		told = b->homes_told < told ? b->homes_told : told;
	}
	require(head_ms <= LATE_MS_MAX, "ms from a slot's end to its head, at most",
		(double)head_ms, LATE_MS_MAX);
	require(whole_ms <= limit_ms(s, LATE_MS_MAX), "ms to the whole block, at most",
		(double)whole_ms, (double)limit_ms(s, LATE_MS_MAX));
	if (s->options.rush_ms > 0)
		require(cleared_ms <= LATE_MS_MAX, "ms from a gate to the last award, at most",
			(double)cleared_ms, LATE_MS_MAX);
	require(told == s->options.homes, "homes that have every block whole", (double)told,
		(double)s->options.homes);
}

/* Of what was accepted all is told or counted, but for the block that is still open. */
static void judge_offers(const struct soak *s)
{
	size_t accepted = s->requests - s->readings - s->quarters - s->seals;

	(void)printf("offers: %llu items, %llu left out, of %zu\n", (unsigned long long)s->offered,
		(unsigned long long)s->left_out, accepted);
	if (s->options.rush_ms > 0)
		require(s->offered + s->left_out + s->options.homes >= accepted,
			"offers told or counted", (double)(s->offered + s->left_out),
			(double)(accepted - s->options.homes));
}

static void judge_cost(const struct soak *s)
{
	double bids_ms = tally_quantile(&s->bids, 0, 0.99);
	double all_ms = tally_quantile(&s->receipts, 0, 0.99);
	size_t sessions = s->options.homes * (1 + s->options.tools);
	long most_kib = MEMORY_MIB * 1024 + (long)sessions * SESSION_KIB;

	require(bids_ms <= (double)limit_ms(s, BIDS_P99_MS_MAX), "p99 of bid to receipt, ms",
		bids_ms, (double)limit_ms(s, BIDS_P99_MS_MAX));
	require(all_ms <= (double)slot_share_ms(s), "p99 of request to receipt, ms", all_ms,
		(double)slot_share_ms(s));
	require(broker_peak_kib(&s->broker) <= most_kib, "broker's memory, KiB",
		(double)broker_peak_kib(&s->broker), (double)most_kib);
}

static void judge(struct soak *s, uint64_t verified)
{
	size_t unanswered = 0, lost = 0, homes = s->options.homes;
	int64_t slots = s->options.slots;

	for (size_t i = 0; i < homes; i++) {
		unanswered += prosumer_unanswered(&s->homes[i]);
		lost += s->homes[i].member.lost;
	}
	for (size_t i = 0; i < homes * s->options.tools; i++)
		lost += s->tools[i].lost;
	judge_blocks(s);
	judge_offers(s);
	require(lost == 0, "connections lost", (double)lost, 0);
	require(unanswered == 0, "requests without an answer", (double)unanswered, 0);
	require(rejected_wrongly(s) == 0, "requests refused", (double)rejected_wrongly(s), 0);
	require(s->readings == homes * (size_t)(slots + 1), "readings", (double)s->readings,
		(double)homes * (double)(slots + 1));
	require(s->answers > homes, "answers to auctions", (double)s->answers, (double)homes);
	require(s->awards > 0, "awards told", (double)s->awards, 1);
	require(s->statements >= homes * (size_t)slots, "statements", (double)s->statements,
		(double)homes * (double)slots);
	require(verified >= (uint64_t)slots, "blocks re-executed", (double)verified, (double)slots);
	require(s->sealed_height + 1 >= (uint64_t)slots, "last block sealed",
		(double)s->sealed_height, (double)slots - 1);
	judge_cost(s);
}

static bool read_options(int argc, char **argv, struct soak_options *o)
{
	if (argc < 7 || argc > 9)
		return false;
	*o = (struct soak_options){.build = argv[1],
		.dir = argv[2],
		.homes = strtoul(argv[3], NULL, 10),
		.slots = strtol(argv[4], NULL, 10),
		.rate = strtol(argv[5], NULL, 10),
		.port = (int)strtol(argv[6], NULL, 10),
		.rush_ms = argc > 7 ? strtol(argv[7], NULL, 10) * 1000 : 0,
		.tools = argc > 8 ? strtoul(argv[8], NULL, 10) : 0};
	return o->homes > 0 && o->homes <= STREET_HOMES_MAX && o->slots > 0 &&
	       o->slots <= SOAK_SLOTS_MAX && o->rate > 0;
}

static void summarise(const struct soak *s)
{
	(void)printf("%zu requests: %zu readings, %zu answers, %zu openings, %zu seals; %zu gates "
		     "missed; %.0f MiB heard\n",
		s->requests, s->readings, s->answers, s->openings, s->seals, s->gate_missed,
		(double)s->crowd.bytes_in / 1048576);
	(void)printf("receipts: p50 %.1f ms, p99 %.1f ms, max %.1f ms; of bids p50 %.1f, p99 %.1f, "
		     "max %.1f\n",
		tally_quantile(&s->receipts, 0, 0.5), tally_quantile(&s->receipts, 0, 0.99),
		tally_quantile(&s->receipts, 0, 1), tally_quantile(&s->bids, 0, 0.5),
		tally_quantile(&s->bids, 0, 0.99), tally_quantile(&s->bids, 0, 1));
	(void)printf("broker: %.1f CPU s, %ld MiB resident, at most %ld MiB\n",
		broker_cpu_s(&s->broker), broker_rss_kib(&s->broker) / 1024,
		broker_peak_kib(&s->broker) / 1024);
}

int main(int argc, char **argv)
{
	struct soak *s = calloc(1, sizeof *s);
	struct observer_options to = {.dir = NULL};
	char path[STREET_PATH_MAX];
	struct observer *o;
	bool refused = false;
	uint64_t verified;

	if (!s || !read_options(argc, argv, &s->options))
		street_die("usage: soak BUILD DIR HOMES SLOTS RATE PORT [RUSH_S [TOOLS]]");
	s->homes = calloc(s->options.homes, sizeof *s->homes);
	s->tools = calloc(s->options.homes * s->options.tools + 1, sizeof *s->tools);
	if (!s->homes || !s->tools || crowd_open(&s->crowd, on_message, s) != 0)
		street_die("memory");
	for (size_t i = 0; i < sizeof s->blocks / sizeof *s->blocks; i++)
		s->blocks[i] = (struct soak_block){-1, -1, -1, -1, 0, 0};
	setting_up(s);
	(void)snprintf(path, sizeof path, "%s/receipts.csv", s->options.dir);
	s->kept = fopen(path, "w");
	(void)snprintf(path, sizeof path, "%s/observer", s->options.dir);
	to = (struct observer_options){.genesis = &s->street.genesis,
		.dir = path,
		.port = s->options.port,
		.client_id = s->street.homes[0].id,
		.key = s->street.homes[0].ems};
	o = observer_start(&to);
	setting_join_all(s);
	live(s, o);
	summarise(s);
	verified = observer_stop(o, &refused);
	judge(s, verified);
	if (fclose(s->kept) != 0)
		street_die("receipts.csv");
	setting_down(s);
	free(s->homes);
	free(s->tools);
	free(s);
	return failures > 0 || refused;
}
