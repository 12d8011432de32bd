#include "lemctl/operator.h"
#include <stdio.h>
#include "lemctl/office_door.h"

/* deposit and withdraw: the same words, the other way. */
static int move_money(
	int argc, char **argv, enum operation operation, const char *line, const char *about)
{
	struct office_door d = {.dir = NULL};
	int64_t cents = 0;
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"json", ARG_FLAG, &json, "", "print the receipt", 0, 0},
		{"cents", ARG_INT, &cents, "CENTS", "how much (required)", 1, 1000000000},
	};
	struct args a = {.usage = line,
		.about = about,
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = 2};
	char text[256];
	struct out out;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (cents == 0)
		return args_complain(&a, "--cents", "is missing");
	d.dir = a.positional[0];
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"amount_uc\":%lld,\"clientId\":", (long long)cents * 1000000);
	out_string(&out, a.positional[1]);
	out_printf(&out, "}");
	return office_door_run(&d, operation, &out, json ? DOOR_PRINT_JSON : DOOR_PRINT);
}

int deposit_command(int argc, char **argv)
{
	return move_money(argc, argv, OPERATION_DEPOSIT,
		"lemctl deposit --cents CENTS [OPTION...] DIR CLIENTID",
		"Book money that came in to a home's wallet or a role's account.");
}

int withdraw_command(int argc, char **argv)
{
	return move_money(argc, argv, OPERATION_WITHDRAW,
		"lemctl withdraw --cents CENTS [OPTION...] DIR CLIENTID",
		"Book money that goes out: at most what is sealed, and of that what is neither "
		"held "
		"nor pending.");
}

int status_command(int argc, char **argv)
{
	return office_door_command(argc, argv, "lemctl status [OPTION...] DIR",
		"Say how the market stands: height, homes, auctions, requests.", CONTROL_STATUS,
		false);
}
