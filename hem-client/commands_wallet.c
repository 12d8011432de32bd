/* `hem wallet`: ask for the home's money; the answer is signed by the operator. */
#include <stdio.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/account_book.h"
#include "wire/date.h"

static int ask(struct errand *e)
{
	struct signer signer = {.key = e->identity.ems};
	struct message m = {.text = NULL};
	char text[8];
	struct out out;
	int code = errand_connect(e, "wallet", NULL, false);

	if (code != 0)
		return code;
	out_init(&out, text, sizeof text);
	out_printf(&out, "{}");
	if (message_make(OPERATION_WALLET, e->config.market.client_id, e->genesis.market,
		    errand_now_ms(e), &out, &signer, &m) != ERR_OK)
		return HEM_EXIT_REFUSED;
	code = errand_send(e, &m, false);
	message_release(&m);
	return code;
}

/* What this month's statements say so far; nothing where there is none. */
static bool this_month(struct errand *e, struct invoice *ret)
{
	char date[DATE_LEN + 1];

	date_write(e->wallet.market_ms, date);
	(void)snprintf(ret->month, sizeof ret->month, "%.7s", date);
	return account_book_month(&e->db, ret->month, ret) == ERR_OK;
}

/* Rewards apart from what energy was bought and sold for. */
static void print_month(struct errand *e)
{
	struct invoice v = {.client_id = ""};
	const int64_t *uc = v.money.uc;

	if (!this_month(e, &v))
		return;
	(void)printf("in %s by the statements so far:\n", v.month);
	errand_print_cents("energy", uc[MONEY_SOLD] - uc[MONEY_BOUGHT]);
	errand_print_cents("fees", -uc[MONEY_FEES]);
	errand_print_cents("penalties", uc[MONEY_PENALTIES_RECEIVED] - uc[MONEY_PENALTIES_PAID]);
	errand_print_cents("rewards", uc[MONEY_REWARDS]);
}

static void print(struct errand *e, bool json)
{
	const struct wallet_answer *a = &e->wallet;
	const struct wallet *w = &a->wallet;

	if (json) {
		(void)printf("{\"balance_uc\":%lld,\"held_uc\":%lld,\"pending_uc\":%lld"
			     ",\"sealed_uc\":%lld,\"height\":%llu,\"market_ms\":%lld}\n",
			(long long)w->balance_uc, (long long)w->held_uc, (long long)w->pending_uc,
			(long long)w->sealed_uc, (unsigned long long)a->height,
			(long long)a->market_ms);
		return;
	}
	errand_print_cents("balance", w->balance_uc);
	errand_print_cents("held", w->held_uc);
	errand_print_cents("pending", w->pending_uc);
	errand_print_cents("sealed", w->sealed_uc);
	(void)printf("as of block %llu, signed by the operator\n", (unsigned long long)a->height);
	print_month(e);
}

int hem_wallet(int argc, char **argv)
{
	const char *config = NULL;
	bool json = false;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"json", 0, CLI_FLAG, &json, "", "print for a program", 0},
	};
	struct cli cli = {.usage = "hem wallet [OPTION...]",
		.about = "Show the home's money: all of it, what is promised to orders, what is in "
			 "accounts not yet settled, and what is\nin sealed blocks; and what moved "
			 "this month, rewards apart.",
		.options = options,
		.count = sizeof options / sizeof *options};
	struct errand e;
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	code = errand_open(&e, config);
	if (code != 0)
		return code;
	code = ask(&e);
	if (code == 0)
		print(&e, json);
	errand_close(&e);
	return code;
}
