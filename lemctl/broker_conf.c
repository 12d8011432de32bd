#include "lemctl/broker_conf.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] =
	"# The broker of a local energy market, made by `lemctl init`.\n"
	"# With true the broker gives plugins no time and hides other listeners' messages.\n"
	"per_listener_settings false\n"
	"user %s\n"
	"\n"
	"listener %d 127.0.0.1\n"
	"cafile %s/ca.crt\n"
	"certfile %s/server.crt\n"
	"keyfile %s/server.key\n"
	"allow_anonymous false\n"
	"\n"
	"# Connections of this listener at one time, those before their login included: what the\n"
	"# plugin lets in, and then some. The broker needs a descriptor for each.\n"
	"max_connections 36000\n"
	"\n"
	"# Without it the second of two small packets waits for an acknowledgement: 40 ms.\n"
	"set_tcp_nodelay true\n"
	"\n"
	"# What a client that reads slowly, or not at all, may cost: bytes on their way to it,\n"
	"# messages that wait (with QoS 0 these are copies) and their bytes. More is dropped; it\n"
	"# catches up by `sync`.\n"
	"max_inflight_bytes 65536\n"
	"max_queued_messages 300\n"
	"max_queued_bytes 4194304\n"
	"\n"
	"# A longer packet ends its connection before it is read.\n"
	"max_packet_size 131072\n"
	"\n"
	"# Nobody fills the log by connecting; the plugin tells rejected logins, within limits.\n"
	"connection_messages false\n"
	"\n"
	"plugin %s\n"
	"\n"
	"# The directory made by `lemctl init`: databases, operator's key, lock.\n"
	"plugin_opt_state_dir %s\n"
	"\n"
	"# Topics outside the market: allow, or defer to an acl_file or another plugin.\n"
	"plugin_opt_other_topics %s\n"
	"\n"
	"# An option that is commented out has the value it shows.\n"
	"\n"
	"# File of the options below that SIGHUP reads again (lines of name = value), or\n"
	"# none: the rates and bursts of clients and logins.\n"
	"#plugin_opt_config none\n"
	"\n"
	"# Whether the market's own aggregator schedules the community's net and opens auctions\n"
	"# when it leaves its schedule: yes or no. It signs with aggregator.pem of the directory\n"
	"# above.\n"
	"#plugin_opt_aggregator no\n"
	"\n"
	"# Homes whose first quarter it must know to trade what a slot's deviation will be, 1 to\n"
	"# 1000000: what it asks for tells a home of its neighbours, the more the fewer they are.\n"
	"#plugin_opt_aggregator_homes 5\n"
	"\n"
	"# Seconds before a day begins at which it is scheduled, 60 to 86400.\n"
	"#plugin_opt_schedule_lead_s 5400\n"
	"\n"
	"# Whether an hour of it is scheduled anew when it is the next but one: yes or no.\n"
	"#plugin_opt_schedule_updates no\n"
	"\n"
	"# File of counters for Prometheus (node_exporter reads it as a text file), written every "
	"ten\n"
	"# seconds, or none. They are also under $SYS/broker/lem/.\n"
	"#plugin_opt_metrics none\n"
	"\n"
	"# Slots that the clock may be ahead of the last block, after an outage or a jump, and "
	"still\n"
	"# be believed.\n"
	"#plugin_opt_catch_up_slots 700\n"
	"\n"
	"# Days that csm.db keeps the intake log, readings, addresses and wallets, at least 2; "
	"never less than 4 slots.\n"
	"#plugin_opt_intake_keep_days 36500\n"
	"\n"
	"# Threads that verify signatures, 1 to 16.\n"
	"#plugin_opt_verifiers 1\n"
	"\n"
	"# Messages of one client: a second in the long run, and at once.\n"
	"#plugin_opt_client_rate 20\n"
	"#plugin_opt_client_burst 200\n"
	"\n"
	"# Logins from one network address: a second in the long run, and at once.\n"
	"#plugin_opt_login_rate 5\n"
	"#plugin_opt_login_burst 50\n"
	"\n"
	"# Logins a second from all addresses together.\n"
	"#plugin_opt_login_rate_all 200\n";

void broker_conf_find_plugin(char *path, size_t size)
{
	static const char *const places[] = {
		"mosquitto_lem.so", "../lib/mosquitto/mosquitto_lem.so"};
	char program[4096];
	ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);

	path[0] = '\0';
	if (len <= 0)
		return;
	program[len] = '\0';
	*(strrchr(program, '/') + 1) = '\0';
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		(void)snprintf(path, size, "%s%s", program, places[i]);
		if (access(path, R_OK) == 0)
			return;
	}
	path[0] = '\0';
}

enum err broker_conf_write(const struct broker_conf *c)
{
	char path[4096];
	char *dir = realpath(c->dir, NULL);
	char *plugin = realpath(c->plugin, NULL);
	FILE *file;
	bool ok;

	if (!dir)
		return ERR_IO;
	(void)snprintf(path, sizeof path, "%s/mosquitto.conf", dir);
	file = fopen(path, "wx");
	ok = file && fprintf(file, text, c->user, c->port, dir, dir, dir,
			     plugin ? plugin : c->plugin, dir, c->other_topics) > 0;
	if (file && fclose(file) != 0)
		ok = false;
	free(dir);
	free(plugin);
	return ok ? ERR_OK : ERR_IO;
}
