/* options: plugin_opt_* of mosquitto.conf. One table is the parser, the documentation's list and
 * the check that nothing unknown is there. */
#ifndef LEM_PLUGIN_OPTIONS_H
#define LEM_PLUGIN_OPTIONS_H
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTIONS_PATH_MAX = 3072, OPTIONS_WHY_MAX = 256, OPTIONS_VERIFIERS_MAX = 16 };

/* What the broker's configuration says. */
struct options {
	char state_dir[OPTIONS_PATH_MAX]; /* csm.db, ledger.db, operator.pem, lock */
	char config[OPTIONS_PATH_MAX];    /* what may change while it runs; "none" */
	char metrics[OPTIONS_PATH_MAX];   /* Prometheus' text file, or "none" */
	bool other_topics_allowed;        /* else left to an acl_file or another plugin */
	bool aggregator;                  /* the market's own aggregator trades */
	int64_t aggregator_homes;         /* the deviation of so many homes or more */
	bool schedule_updates;            /* and corrects it an hour ahead */
	int64_t schedule_lead_s;          /* it plans a day so long before it begins */
	int64_t catch_up_slots;           /* an outage or a jump of the clock is believed */
	int64_t intake_keep_days;         /* of csm.db; two and four slots at least */
	int64_t verifiers;                /* threads that verify signatures */
	int64_t client_rate;              /* messages per second of one client, in the long run */
	int64_t client_burst;             /* and at once */
	int64_t login_rate;               /* logins per second of one network address */
	int64_t login_burst;
	int64_t login_rate_all; /* logins per second of all */
};

/* One option, for documentation and tests: values is "" for the required ones without default. */
struct option_row {
	const char *name; /* without plugin_opt_ */
	const char *def;  /* default as text, or "" if it must be given */
	const char *help;
};

/* The table. */
const struct option_row *options_table(size_t *ret_count);

/* Read them. False with a sentence in why: an unknown option, one given twice, a bad value, a
 * missing one. */
bool options_read(const struct mosquitto_opt *opts, int count, struct options *ret,
	char why[static OPTIONS_WHY_MAX]);

/* Read the file of options that may change while the broker runs: lines `name = value`, comments
 * after # or ;, the names as above without plugin_opt_. *o holds what counts without the file; on
 * failure it is untouched and why has a sentence with the line. "none" changes nothing. */
bool options_read_file(const char *path, struct options *o, char why[static OPTIONS_WHY_MAX]);

#endif
