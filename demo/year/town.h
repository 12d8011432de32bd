/* town: a whole market in one process, without a broker: the engine with its two files, the
 * market's own aggregator and planner, and houses whose signed messages go straight in, at market
 * times as they would come over the network. What the market answers is told every TOWN_ROUND_MS,
 * when everything that has come in is committed together.
 *
 * Whatever fails ends the program with a sentence: there is nobody to go on for. */
#ifndef LEM_DEMO_YEAR_TOWN_H
#define LEM_DEMO_YEAR_TOWN_H
#include "engine/aggregator_desk.h"
#include "engine/planner.h"
#include "wire/message.h"

enum { TOWN_HOUSES_MAX = 99, TOWN_PATH_MAX = 4096, TOWN_ROUND_MS = 300000 };

struct house;

/* The market and who takes part. */
struct town {
	char dir[TOWN_PATH_MAX]; /* as `lemctl init` has made it */
	struct engine engine;
	struct inspector *inspector;
	struct private_key *operator_key, *aggregator_key;
	struct verify_key *operator_public; /* what houses check answers with */
	struct aggregator_desk desk;
	struct planner *planner;
	struct house *houses; /* owned */
	unsigned house_count;
	int64_t now_ms;
	uint64_t height;     /* of the last block that the houses know */
	int64_t planned;     /* the last slot that the planner was shown */
	int64_t priced;      /* the last slot that a tariff has */
	uint64_t messages;   /* that houses, operator and aggregator sent */
	uint64_t planner_us; /* spent planning */
};

/* What does not go on: print the sentence and end the program. */
_Noreturn void town_die(const char *what, const char *why);

/* Open the market in that folder; town_close() it. */
void town_open(struct town *town, const char *dir);
void town_close(struct town *town);

/* Let the market and its houses live until the market time to_ms. */
void town_live(struct town *town, int64_t to_ms);

/* Sign a message, dated now, and hand it to the market. req_id gets its id. */
void town_send(struct town *town, const char *client_id, enum operation operation,
	const struct out *parameters, const struct signer *signer,
	char req_id[static REQ_ID_MAX + 1]);

/* Commit what has come in, and tell everyone what has come of it. */
void town_commit(struct town *town);

#endif
