/* fuzz_config: any bytes as hem's configuration file. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "hem-client/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a program may rely on after a file was read. */
static void check_config(const struct config *c)
{
	assert(battery_check(&c->battery) == NULL);
	assert(curve_check(&c->tcr.curve) == NULL);
	assert(c->market.port >= 1 && c->market.port <= 65535);
	assert(*c->market.host != '\0' && *c->home.state_dir != '\0');
	assert(memchr(c->market.host, '\0', sizeof c->market.host));
	assert(memchr(c->market.name, '\0', sizeof c->market.name));
	assert(memchr(c->market.client_id, '\0', sizeof c->market.client_id));
	assert(memchr(c->sim.profile, '\0', sizeof c->sim.profile));
	assert(strlen(c->sim.day) == CONFIG_DAY_MAX - 1);
	assert(c->home.mode >= MODE_TE && c->home.mode <= MODE_BOTH);
	assert(c->sim.idle_rule == IDLE_NONE || c->sim.idle_rule == IDLE_SELF_CONSUMPTION);
	assert(c->sim.soc >= 0 && c->sim.soc <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[CONFIG_WHY_MAX] = "";
	struct config c;
	FILE *in = tmpfile();
	enum err err;

	assert(in);
	assert(fwrite(data, 1, size, in) == size);
	rewind(in);
	err = config_read(in, "d/f", &c, why);
	(void)fclose(in);
	assert(err == ERR_OK || err == ERR_CONFIG);
	assert(!err == (*why == '\0'));
	if (err)
		assert(strncmp(why, "d/f:", 4) == 0);
	else
		check_config(&c);
	return 0;
}
