/* `hem init` and `hem register`: how a home gets into a market. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/clerk.h"
#include "hem-client/ems/spool.h"
#include "wire/text.h"

enum {
	SECRET_LEN = 26,
	CODE_LEN = SECRET_LEN + 1 + 64,
	CONFIG_TEXT_MAX = 8192,
	REGISTER_END_S = 3
};

/* Split an enrolment code, <secret>-<hash>. */
static bool read_code(const char *code, char secret[SECRET_LEN + 1], uint8_t hash[HASH_LEN])
{
	size_t len = 0;

	if (strlen(code) != CODE_LEN || code[SECRET_LEN] != '-' ||
		!text_hex_read(code + SECRET_LEN + 1, 64, hash, HASH_LEN, &len))
		return false;
	memcpy(secret, code, SECRET_LEN);
	secret[SECRET_LEN] = '\0';
	return true;
}

/* What `hem init` is told. */
struct init_words {
	const char *config, *code, *name, *client_id, *host, *cafile, *state_dir, *mode, *ledger;
	int64_t port;
};

/* The text of a first configuration. */
static size_t config_text(const struct init_words *w, char *text, size_t size)
{
	struct out out;

	out_init(&out, text, size);
	out_printf(&out, "# Made by `hem init`. `hem --options` lists what else can be set.\n");
	out_printf(&out, "[market]\nhost = %s\nport = %lld\ncafile = %s\nname = %s\n", w->host,
		(long long)w->port, w->cafile, w->name);
	out_printf(&out, "genesis = %s\nclient_id = %s\n", w->code + SECRET_LEN + 1, w->client_id);
	out_printf(&out, "\n[home]\nstate_dir = %s\nmode = %s\n", w->state_dir, w->mode);
	out_printf(&out, "\n[replica]\nledger = %s\n", w->ledger);
	return out_end(&out);
}

/* Write the configuration, unless there is one. 0, or the exit code after a complaint. */
static int make_config(const struct init_words *w)
{
	char text[CONFIG_TEXT_MAX], secret[SECRET_LEN + 1];
	uint8_t hash[HASH_LEN];
	size_t len;
	int fd;

	if (access(w->config, F_OK) == 0)
		return 0;
	if (!w->code || !w->name || !w->client_id) {
		(void)fprintf(stderr,
			"hem: %s does not exist; to make it, --code, --name and --client-id are "
			"needed\n",
			w->config);
		return HEM_EXIT_USAGE;
	}
	if (!read_code(w->code, secret, hash)) {
		(void)fprintf(stderr, "hem: --code: that is no enrolment code\n");
		return HEM_EXIT_USAGE;
	}
	len = config_text(w, text, sizeof text);
	fd = open(w->config, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0 || len == 0 || write(fd, text, len) != (ssize_t)len || fsync(fd) != 0) {
		(void)fprintf(stderr, "hem: %s: %s\n", w->config, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return HEM_EXIT_REFUSED;
	}
	(void)close(fd);
	(void)printf("made %s\n", w->config);
	return 0;
}

static int make_state(const struct config *config)
{
	char why[IDENTITY_WHY_MAX];
	struct identity_made made;
	struct hem_db db;

	if (identity_make(config->home.state_dir, config->sim.meter_key, &made, why) != ERR_OK) {
		(void)fprintf(stderr, "hem: %s\n", why);
		return HEM_EXIT_REFUSED;
	}
	if (hem_db_open(&db, config->home.state_dir) != ERR_OK) {
		(void)fprintf(stderr, "hem: hem.db: %s\n", db.db.why);
		return HEM_EXIT_REFUSED;
	}
	hem_db_close(&db);
	(void)printf("%s: identity key %s, meter key %s\n", config->home.state_dir,
		made.ems ? "made" : "there already", made.meter ? "made" : "there already");
	return HEM_EXIT_OK;
}

int hem_init(int argc, char **argv)
{
	struct init_words w = {.config = ERRAND_CONFIG_DEFAULT,
		.host = "localhost",
		.cafile = "",
		.state_dir = "/var/lib/hem",
		.mode = "RE+TE",
		.ledger = "",
		.port = 8883};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &w.config, "FILE", "the configuration file", 0},
		{"code", 0, CLI_TEXT, &w.code, "CODE", "the enrolment code: names the market", 0},
		{"name", 0, CLI_TEXT, &w.name, "NAME", "of the market", 0},
		{"client-id", 0, CLI_TEXT, &w.client_id, "ID", "of this home", 0},
		{"host", 0, CLI_TEXT, &w.host, "HOST", "of the broker (localhost)", 0},
		{"port", 0, CLI_INT, &w.port, "PORT", "of the broker (8883)", 65535},
		{"cafile", 0, CLI_TEXT, &w.cafile, "FILE", "vouches for the broker; none: no TLS",
			0},
		{"state-dir", 0, CLI_TEXT, &w.state_dir, "DIR", "of keys and data (/var/lib/hem)",
			0},
		{"mode", 0, CLI_TEXT, &w.mode, "MODE", "TE, RE or RE+TE (RE+TE)", 0},
		{"ledger", 0, CLI_TEXT, &w.ledger, "FILE", "of the home's own copy; none: no copy",
			0},
	};
	struct cli cli = {.usage = "hem init [OPTION...]",
		.about = "Make the keys of this home, and a configuration if there is none. "
			 "Nothing is overwritten.",
		.options = options,
		.count = sizeof options / sizeof *options};
	char path[CONFIG_PATH_MAX];
	struct config config;
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	code = make_config(&w);
	if (code == 0)
		code = errand_config(w.config, &config, path);
	return code == 0 ? make_state(&config) : code;
}

static enum err key_proof(
	struct errand *e, const struct private_key *key, const char *role, struct message_key *ret)
{
	struct signer signer = {.key = key};

	*ret = (struct message_key){.role = role, .key = *private_key_public(key)};
	return message_prove(e->config.market.client_id, e->genesis.market, role, &signer, ret);
}

static enum err make_registration(struct errand *e, const char *secret, struct message *ret)
{
	struct signer signer = {.key = e->identity.ems};
	struct message_key keys[2];
	char text[JSON_MESSAGE_TEXT];
	struct out out;
	enum err err = key_proof(e, e->identity.ems, "ems", &keys[0]);

	if (err == ERR_OK)
		err = key_proof(e, e->identity.meter, "meter", &keys[1]);
	if (err != ERR_OK)
		return err;
	out_init(&out, text, sizeof text);
	message_write_register(&out, secret, e->config.home.mode, keys, 2);
	err = message_make(OPERATION_REGISTER, e->config.market.client_id, e->genesis.market,
		errand_now_ms(e), &out, &signer, ret);
	explicit_bzero(text, sizeof text);
	return err;
}

/* The meter that this home has brought to the market, as it is noted in hem.db. */
struct meter_notes {
	char serial[HEM_DB_NOTE_MAX], key[HEM_DB_NOTE_MAX];
};

static enum err put_notes(struct errand *e, const char *serial, const char *key)
{
	enum err err = hem_db_put_note(&e->db, "meter_serial", serial);

	return err == ERR_OK ? hem_db_put_note(&e->db, "meter_key", key) : err;
}

static enum err get_notes(struct errand *e, struct meter_notes *ret)
{
	enum err err = hem_db_get_note(&e->db, "meter_serial", ret->serial);

	return err == ERR_OK ? hem_db_get_note(&e->db, "meter_key", ret->key) : err;
}

/* Send the registration. What is needed later is noted before, for its receipt may be lost, and
 * taken back if it is refused. */
static int send_registration(
	struct errand *e, const char *secret, const char *serial, const struct meter_notes *before)
{
	struct message m = {.text = NULL};
	char key[KEY_TEXT_MAX + 1];
	enum err err;
	int code;

	key_print(private_key_public(e->identity.meter), key);
	err = put_notes(e, serial, key);
	if (err == ERR_OK)
		err = make_registration(e, secret, &m);
	if (err == ERR_OK)
		err = spool_put(&e->db, &m, errand_now_ms(e) + 1);
	if (err != ERR_OK) {
		(void)fprintf(stderr, "hem: %s: %s\n", err_text(err), e->db.db.why);
		return HEM_EXIT_REFUSED;
	}
	code = errand_send(e, &m, false);
	message_release(&m);
	if (code == HEM_EXIT_REFUSED && put_notes(e, before->serial, before->key) != ERR_OK)
		(void)fprintf(stderr, "hem: hem.db: %s\n", e->db.db.why);
	if (code != 0)
		return code;
	(void)errand_wait(e, &e->lost, REGISTER_END_S); /* the market ends this session */
	(void)printf("%s is registered: the market has its keys (receipt %llu)\n",
		e->config.market.client_id, (unsigned long long)e->receipt.intake_seq);
	return HEM_EXIT_OK;
}

/* The code is used up. If what it was for is what this home has noted, that was by this home, which
 * did not hear of it. */
static int used_up(struct errand *e, const char *serial, const struct meter_notes *noted)
{
	char key[KEY_TEXT_MAX + 1];

	key_print(private_key_public(e->identity.meter), key);
	if (strcmp(noted->serial, serial) != 0 || strcmp(noted->key, key) != 0) {
		(void)fprintf(stderr,
			"hem: %s is registered, and the market does not take this code for another "
			"meter: is it that of the last change, and not used up?\n",
			e->config.market.client_id);
		return HEM_EXIT_REFUSED;
	}
	if (clerk_registered(&e->db) != ERR_OK)
		return HEM_EXIT_REFUSED;
	(void)printf("%s is registered already\n", e->config.market.client_id);
	return HEM_EXIT_OK;
}

/* Who is registered logs in by a token, and brings the key of another meter; or an earlier
 * registration has got through without our hearing of it. */
static int register_by_token(
	struct errand *e, const char *secret, const char *serial, const struct meter_notes *before)
{
	int code;

	if (errand_connect(e, "register", NULL, true) != 0) {
		(void)fprintf(stderr,
			"hem: the market takes neither this code nor this home's "
			"key: is it the code of %s, and not used up?\n",
			e->config.market.client_id);
		return HEM_EXIT_REFUSED;
	}
	e->awaited = verdict_name(VERDICT_BAD_CODE);
	code = send_registration(e, secret, serial, before);
	if (code == HEM_EXIT_REFUSED && e->answer == ANSWER_REJECT &&
		strcmp(e->reject.code, e->awaited) == 0)
		code = used_up(e, serial, before);
	return code;
}

static int do_register(struct errand *e, const char *code, const char *serial)
{
	char secret[SECRET_LEN + 1];
	uint8_t hash[HASH_LEN];
	struct meter_notes before;
	int result;

	if (!read_code(code, secret, hash)) {
		(void)fprintf(stderr, "hem: --code: that is no enrolment code\n");
		return HEM_EXIT_USAGE;
	}
	if (memcmp(hash, e->config.market.genesis, HASH_LEN) != 0) {
		(void)fprintf(stderr, "hem: the code is of another market than %s says\n",
			e->config_path);
		return HEM_EXIT_REFUSED;
	}
	if (get_notes(e, &before) != ERR_OK) {
		(void)fprintf(stderr, "hem: hem.db: %s\n", e->db.db.why);
		return HEM_EXIT_REFUSED;
	}
	result = errand_connect(e, "", code, true);
	if (result == HEM_EXIT_REFUSED)
		result = register_by_token(e, secret, serial, &before);
	else if (result == 0)
		result = send_registration(e, secret, serial, &before);
	else
		(void)fprintf(stderr, "hem: %s:%d: %s\n", e->config.market.host,
			(int)e->config.market.port,
			e->trouble[0] ? e->trouble : "the market did not answer in time");
	return result;
}

int hem_register(int argc, char **argv)
{
	const char *config = NULL, *code = NULL, *mode = NULL, *serial = NULL;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"code", 0, CLI_TEXT, &code, "CODE", "the enrolment code (required)", 0},
		{"mode", 0, CLI_TEXT, &mode, "MODE", "TE, RE or RE+TE (as configured)", 0},
		{"meter", 0, CLI_TEXT, &serial, "SERIAL", "of the certified meter (the clientId)",
			0},
	};
	struct cli cli = {.usage = "hem register --code CODE [OPTION...]",
		.about = "Bring this home's keys to the market, or the key of another meter; the "
			 "code works once.",
		.options = options,
		.count = sizeof options / sizeof *options};
	struct errand e;
	int result = cli_parse(&cli, argc, argv);

	if (result >= 0)
		return result;
	if (!code || (mode && !mode_from_name(mode))) {
		(void)fprintf(stderr, "hem: %s\n",
			code ? "--mode is TE, RE or RE+TE" : "--code is missing");
		return HEM_EXIT_USAGE;
	}
	result = errand_open(&e, config);
	if (result != 0)
		return result;
	if (mode && mode_from_name(mode) != e.config.home.mode) {
		(void)fprintf(stderr, "hem: %s says mode %s: change it there\n", e.config_path,
			mode_name(e.config.home.mode));
		result = HEM_EXIT_CONFIG;
	} else {
		result = do_register(&e, code, serial ? serial : e.config.market.client_id);
	}
	errand_close(&e);
	return result;
}
