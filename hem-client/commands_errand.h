/* commands_errand: a short connection to the market for one purpose, beside a running `hem run` or
 * without one: same keys, same hem.db, an MQTT session of its own. */
#ifndef LEM_HEM_COMMANDS_ERRAND_H
#define LEM_HEM_COMMANDS_ERRAND_H
#include "hem-client/config.h"
#include "hem-client/ems/answer.h"
#include "hem-client/ems/clerk.h"
#include "hem-client/ems/identity.h"
#include "hem-client/ems/market_clock.h"
#include "wire/message.h"
#include "hem-client/ems/session.h"
#include "wire/genesis.h"

#define ERRAND_CONFIG_DEFAULT "/etc/hem/hem.conf"
enum { ERRAND_CONNECT_S = 10, ERRAND_ANSWER_S = 10 };

/* What has come for the message sent last. */
enum errand_answer { ANSWER_NONE, ANSWER_RECEIPT, ANSWER_REJECT, ANSWER_WALLET };

/* All that a one-shot command needs, and what has come for it. */
struct errand {
	struct config config;
	char config_path[CONFIG_PATH_MAX];
	struct identity identity;
	struct hem_db db;
	struct session *session;
	char market[MARKET_ID_MAX + 1];
	bool has_genesis;
	struct genesis genesis;
	struct params params; /* in force, by the operator's word */
	struct verify_key *operator_key;
	struct market_clock clock;
	bool lost;                   /* the connection went away */
	char trouble[CLERK_WHY_MAX]; /* the last sentence about it, or about an answer */
	char req_id[REQ_ID_MAX + 1];
	enum errand_answer answer;
	struct receipt receipt;
	struct reject reject;
	const char *awaited; /* code of a refusal that the caller tells, or NULL */
	struct wallet_answer wallet;
	uint64_t wanted_order; /* whose award is waited for */
	bool has_award;
	struct award award;
};

/* Load configuration (path NULL: $HEM_CONFIG or the default), keys and hem.db; complains on
 * standard error. 0, or the exit code; on failure there is nothing to close. */
int errand_open(struct errand *errand, const char *config_path);

/* Load the configuration alone, and demand that what a market needs is set. */
int errand_config(const char *config_path, struct config *ret, char ret_path[CONFIG_PATH_MAX]);

/* Connect and wait for the market's genesis. suffix: of the MQTT client id; password: the enrolment
 * code of a first login, or NULL. 0, or the exit code after a complaint (quiet: without). */
int errand_connect(struct errand *errand, const char *suffix, const char *password, bool quiet);

/* Send a message and wait for its answer. spooled: it is in the spool, and stays there without one.
 * 0 for a receipt or wallet; HEM_EXIT_REFUSED or _UNREACHABLE after a complaint. */
int errand_send(struct errand *errand, const struct message *message, bool spooled);

/* Let messages come in until *done, at most `seconds` real ones; whether it is. */
bool errand_wait(struct errand *errand, const bool *done, int64_t seconds);

/* Market time. */
int64_t errand_now_ms(struct errand *errand);

/* Disconnect, close, wipe. */
void errand_close(struct errand *errand);

/* "12.345 cents" of micro-cents. */
void errand_print_cents(const char *label, int64_t amount_uc);

#endif
