/* config: hem's configuration file (INI). One table of options drives the reader, the text of
 * `--help` and the example file: hem-client/config_option.h. */
#ifndef LEM_HEM_CONFIG_H
#define LEM_HEM_CONFIG_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "core/home.h"
#include "hem-client/hdg/sim.h"
#include "hem-client/tcr/battery.h"
#include "hem-client/tcr/value.h"
#include "wire/err.h"

enum {
	CONFIG_PATH_MAX = 1024, /* with the NUL, as all of these */
	CONFIG_HOST_MAX = 254,
	CONFIG_NAME_MAX = 25,
	CONFIG_CLIENT_MAX = 33,
	CONFIG_DAY_MAX = 11,
	CONFIG_HASH_LEN = 32, /* bytes */
	CONFIG_LINE_MAX = 190,
	CONFIG_WHY_MAX = 1536,
};

/* [tcr] strategy, [device] driver, [sim] source. */
enum config_strategy { STRATEGY_CURVE = 1, STRATEGY_VALUE = 2 };
enum config_driver { DRIVER_SIM = 1 };
enum config_source { SOURCE_GENERATOR = 1, SOURCE_PROFILE = 2 };

/* [market]: which one, where, and under what name the home is known there. */
struct config_market {
	char host[CONFIG_HOST_MAX];
	int64_t port;
	char cafile[CONFIG_PATH_MAX]; /* certificates the broker is checked against; "": no TLS */
	char name[CONFIG_NAME_MAX];   /* "": not set, as for the two below */
	char client_id[CONFIG_CLIENT_MAX];
	bool has_genesis;
	uint8_t genesis[CONFIG_HASH_LEN]; /* the genesis header's hash: the home's trust anchor */
};

/* [home] */
struct config_home {
	char state_dir[CONFIG_PATH_MAX]; /* keys, outbox and what else must outlive a restart */
	enum mode mode;
};

/* [tcr]: how quantity and price are found. */
struct config_tcr {
	enum config_strategy strategy;
	struct curve curve;
	int64_t surplus_min_wh; /* 0: no auctions of its own */
};

/* [sim]: the simulated home, for DRIVER_SIM. */
struct config_sim {
	enum config_source source;
	char profile[CONFIG_PATH_MAX]; /* CSV; set if source is SOURCE_PROFILE */
	int64_t home;             /* number of the home in the profile, or of the generator's */
	char day[CONFIG_DAY_MAX]; /* YYYY-MM-DD: the local day on which the market starts */
	int64_t days;             /* of the profile, then from the front again; 0: all */
	int64_t history_days;     /* that the home has lived before that day */
	uint64_t seed;
	double latitude_deg;
	int64_t pv_w; /* GENERATOR_PV_DRAWN: drawn from the seed */
	double soc;   /* at the start */
	enum idle_rule idle_rule;
	char meter_key[CONFIG_PATH_MAX]; /* its private key (PEM); "": meter.pem in state_dir */
};

/* [replica]: the home's copy of the ledger. */
struct config_replica {
	char ledger[CONFIG_PATH_MAX]; /* "": no replica */
};

/* Everything, after defaults. Paths are absolute or relative to the working directory. */
struct config {
	struct config_market market;
	struct config_home home;
	struct battery battery;
	struct config_tcr tcr;
	enum config_driver driver;
	struct config_sim sim;
	struct config_replica replica;
};

/* Every option at its default; paths as they stand in the table. */
void config_defaults(struct config *ret);

/* Read a file over the defaults. A relative path in it is made relative to the file's folder.
 * ERR_NOT_FOUND, ERR_PERMISSION, ERR_IO; ERR_CONFIG for what the file says: an unknown section or
 * option, one given twice, a value that breaks its rule, or two that contradict each other. On
 * failure *ret is untouched and why has one sentence: file:line, the option and the rule. */
__attribute__((warn_unused_result)) enum err config_load(
	const char *path, struct config *ret, char why[static CONFIG_WHY_MAX]);

/* The same from an open stream, which stays open; path stands for it. */
__attribute__((warn_unused_result)) enum err config_read(
	FILE *in, const char *path, struct config *ret, char why[static CONFIG_WHY_MAX]);

/* The first option, as "[section] option", that taking part in a market needs and the file left
 * out; NULL if none. Static. */
const char *config_missing(const struct config *config);

/* The constants of the chosen strategy and the strategy; borrowed. */
const struct tcr_strategy *config_tcr_strategy(const struct config *config, const void **ret_self);

/* Write the options for `--help`: name, kind, default and sentence, by section. */
void config_write_help(FILE *out);

/* Write the example file: every option with its sentence and its default, commented out. ERR_IO. */
__attribute__((warn_unused_result)) enum err config_write_example(FILE *out);

#endif
