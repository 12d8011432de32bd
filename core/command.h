/* command: whatever changes the market, decoded and with every signature verified. The intake log
 * is a list of these; replaying it reproduces the market. */
#ifndef LEM_CORE_COMMAND_H
#define LEM_CORE_COMMAND_H
#include <stdint.h>
#include "core/home.h"
#include "core/params_change.h"
#include "core/tx.h"

/* The numbers are stored in csm.db. */
enum command_kind {
	COMMAND_TX = 1,       /* bid-offer, cancel, cpf, seal: signed by an address */
	COMMAND_REGISTER = 2, /* a home brings its keys */
	COMMAND_ADDRESSES = 3,
	COMMAND_READING = 4,
	COMMAND_CLOCK = 5, /* the shell's: time has come for something */
	COMMAND_HOME_ADD = 6,
	COMMAND_HOME_REVOKE = 7,
	COMMAND_DEPOSIT = 8,
	COMMAND_WITHDRAW = 9,
	COMMAND_PARAMS = 10,
	COMMAND_HOME_CHANGE = 11,
	COMMAND_BASELINE = 12,   /* the aggregator's, of one home */
	COMMAND_PREFERENCE = 13, /* a home's: another mode from a slot on */
};

enum { COMMAND_ADDRESSES_MAX = 64 };

/* One address key for one slot; possession has been proved. */
struct slot_key {
	int64_t slot;
	struct address address;
	struct address_key key;
};

/* One row of the intake log. What it points to is borrowed and outlives the decision. */
struct command {
	enum command_kind kind;
	uint64_t intake_seq; /* in the intake log, dense from 1 */
	int64_t market_ms;   /* market time of intake */
	uint32_t home;       /* the sender; of COMMAND_CLOCK 0 */
	union {
		struct tx tx; /* seq and market_ms are set by the market */
		struct {
			uint8_t code_hash[HASH_LEN];
			struct enrolled_key ems;
			struct enrolled_key meter; /* key.len 0: none */
			enum mode mode;
		} registration;
		struct {
			const struct slot_key *keys; /* borrowed */
			size_t count;
		} addresses;
		struct {
			struct reading reading;
			char meter_serial[METER_TEXT_MAX + 1];
		} reading;
		struct home_terms home_add;
		struct home_change home_change;
		struct {
			char client_id[CLIENT_ID_MAX + 1];
		} home_revoke;
		struct {
			char client_id[CLIENT_ID_MAX + 1];
			int64_t amount_uc;
		} money; /* of COMMAND_DEPOSIT and COMMAND_WITHDRAW */
		struct {
			char client_id[CLIENT_ID_MAX + 1];
			struct net_window window;
		} baseline;
		struct params_change params;
		struct mode_span preference;
	} u;
};

#endif
