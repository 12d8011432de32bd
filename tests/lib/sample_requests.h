/* sample_requests: one good message of each operation and shape, for tests. The signatures have the
 * right form only. */
#ifndef LEM_TESTS_SAMPLE_REQUESTS_H
#define LEM_TESTS_SAMPLE_REQUESTS_H
#include "wire/request.h"

#define SAMPLE_MARKET "demo:0123456789abcdef"
#define SAMPLE_ADDRESS "asda6247ty2c3o7h77dadadqwq"
#define SAMPLE_A16 "AAAAAAAAAAAAAAAA"
#define SAMPLE_SIG SAMPLE_A16 SAMPLE_A16 SAMPLE_A16 SAMPLE_A16 SAMPLE_A16 "AAAAAA"
#define SAMPLE_P256 "p256:" SAMPLE_A16 SAMPLE_A16 "AAAAAAAAAAAA"
#define SAMPLE_ED25519 "ed25519:" SAMPLE_A16 SAMPLE_A16 "AAAAAAAAAAA"
#define SAMPLE_HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SAMPLE_RATINGS ",\"pv_w\":8001,\"battery_w\":5001,\"fuse_w\":25001"
#define SAMPLE_NEW_METER                                                                           \
	",\"meter_type\":\"sim\",\"meter_serial\":\"SN3\",\"code_hash\":\"" SAMPLE_HASH "\""
#define SAMPLE_MESSAGE(operation, parameters)                                                      \
	"{\"clientId\":\"home0001\",\"reqId\":\"abcd_EF-\",\"date\":\"2018-01-01 00:00:00\","      \
	"\"operation\":\"" operation "\",\"signature\":\"" SAMPLE_SIG "\","                        \
	"\"parameters\":{" parameters "}}"

/* A message and the operation of its topic. */
struct sample_request {
	enum operation operation;
	const char *text;
};

static const struct sample_request sample_requests[] = {
	{OPERATION_BID_OFFER,
		SAMPLE_MESSAGE("bid-offer", "\"address\":\"" SAMPLE_ADDRESS
					    "\",\"cpf\":0.72,\"bid\":{\"type\":\"sell\","
					    "\"energy\":{\"unit\":\"kWh\",\"value\":\"10\"},"
					    "\"price\":{\"unit\":\"cents\",\"value\":\"82\"}}")},
	{OPERATION_BID_OFFER,
		SAMPLE_MESSAGE("bid-offer",
			"\"address\":\"" SAMPLE_ADDRESS "\",\"auction\":5,\"all_or_nothing\":true,"
			"\"bid\":{\"type\":\"buy\",\"energy\":{\"unit\":\"Wh\",\"value\":\"900\"},"
			"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"8.5\"}}")},
	{OPERATION_BID_OFFER,
		SAMPLE_MESSAGE("bid-offer",
			"\"address\":\"" SAMPLE_ADDRESS "\",\"bid\":{\"type\":\"sell\","
			"\"energy\":{\"unit\":\"Wh\",\"value\":\"900\"},"
			"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"8.5\"}},"
			"\"contract\":{\"rule\":\"uniform\",\"measure\":\"storage\",\"book\":"
			"\"open\","
			"\"gate_close\":\"2018-01-01 00:10:00\",\"slot\":3,"
			"\"penalty\":{\"unit\":\"cents/kWh\",\"value\":\"2\"},"
			"\"min_quantity\":{\"unit\":\"Wh\",\"value\":\"0\"},"
			"\"limit_inclusive\":false}")},
	{OPERATION_CANCEL,
		SAMPLE_MESSAGE("cancel", "\"address\":\"" SAMPLE_ADDRESS "\",\"order\":12")},
	{OPERATION_CPF, SAMPLE_MESSAGE("cpf", "\"address\":\"" SAMPLE_ADDRESS "\",\"cpf\":1")},
	{OPERATION_SEAL,
		SAMPLE_MESSAGE("seal", "\"address\":\"" SAMPLE_ADDRESS
				       "\",\"height\":7,\"header_hash\":\"" SAMPLE_HASH "\"")},
	{OPERATION_SCHEDULE,
		SAMPLE_MESSAGE("schedule", "\"address\":\"" SAMPLE_ADDRESS
					   "\",\"first_slot\":96,\"net_wh\":[1200,-3,0]")},
	{OPERATION_LIMITS, SAMPLE_MESSAGE("limits", "\"address\":\"" SAMPLE_ADDRESS
						    "\",\"first_slot\":96,\"export_wh\":[0,900],"
						    "\"import_wh\":[1200,7]")},
	{OPERATION_APPROVE, SAMPLE_MESSAGE("approve",
				    "\"address\":\"" SAMPLE_ADDRESS "\",\"schedule\":\"" SAMPLE_HASH
				    "\",\"verdict\":\"change\","
				    "\"reason\":\"a line is out\"")},
	{OPERATION_TARIFF,
		SAMPLE_MESSAGE("tariff", "\"address\":\"" SAMPLE_ADDRESS "\",\"first_slot\":96,"
					 "\"export_mc_per_kwh\":[8000,7500],"
					 "\"import_mc_per_kwh\":[30000,27500],"
					 "\"wholesale_mc_per_kwh\":[9100,0]")},
	{OPERATION_ACTIVATE,
		SAMPLE_MESSAGE("activate", "\"address\":\"" SAMPLE_ADDRESS "\","
					   "\"energy\":{\"unit\":\"Wh\",\"value\":\"900\"},"
					   "\"measure\":\"storage\","
					   "\"price\":{\"unit\":\"cents/kWh\",\"value\":\"31.5\"},"
					   "\"regulation\":\"up\",\"slot\":96")},
	{OPERATION_STATE, SAMPLE_MESSAGE("state",
				  "\"item\":\"device\",\"name\":\"Sensor\",\"value\":\"28\"")},
	{OPERATION_STATE, SAMPLE_MESSAGE("state",
				  "\"item\":\"registers\",\"meter\":\"SN1\",\"slot\":4,"
				  "\"taken\":\"2018-01-01 00:00:30\",\"pv_wh\":1,\"import_wh\":2,"
				  "\"export_wh\":3,\"charge_wh\":4,\"discharge_wh\":5,"
				  "\"meter_signature\":\"" SAMPLE_SIG "\"")},
	{OPERATION_REGISTER,
		SAMPLE_MESSAGE("register",
			"\"code\":\"secret\",\"mode\":\"RE+TE\",\"keys\":["
			"{\"role\":\"ems\",\"key\":\"" SAMPLE_P256 "\",\"pop\":\"" SAMPLE_SIG "\"},"
			"{\"role\":\"meter\",\"key\":\"" SAMPLE_ED25519 "\",\"pop\":\"" SAMPLE_SIG
			"\"}]")},
	{OPERATION_ADDRESSES,
		SAMPLE_MESSAGE("addresses",
			"\"keys\":[{\"slot\":0,\"key\":\"" SAMPLE_P256 "\",\"pop\":\"" SAMPLE_SIG
			"\"},{\"slot\":1,\"key\":\"" SAMPLE_P256 "\",\"pop\":\"" SAMPLE_SIG
			"\"}]")},
	{OPERATION_WALLET, SAMPLE_MESSAGE("wallet", "")},
	{OPERATION_SYNC, SAMPLE_MESSAGE("sync", "\"from\":3,\"to\":9")},
	{OPERATION_BASELINE,
		SAMPLE_MESSAGE("baseline",
			"\"clientId\":\"home0002\",\"first_slot\":96,\"net_wh\":[1200,-3,0]")},
	{OPERATION_PREFERENCE, SAMPLE_MESSAGE("preference", "\"from_slot\":97,\"mode\":\"RE\"")},
	{OPERATION_HOME_ADD,
		SAMPLE_MESSAGE("home-add",
			"\"clientId\":\"home0002\",\"meter_type\":\"sim\",\"meter_serial\":\"SN2\","
			"\"pv_w\":8000,\"battery_w\":5000,\"fuse_w\":25000,"
			"\"code_hash\":\"" SAMPLE_HASH "\"")},
	{OPERATION_HOME_CHANGE,
		SAMPLE_MESSAGE("home-change",
			"\"clientId\":\"home0002\"" SAMPLE_RATINGS SAMPLE_NEW_METER)},
	{OPERATION_HOME_REVOKE, SAMPLE_MESSAGE("home-revoke", "\"clientId\":\"home0002\"")},
	{OPERATION_DEPOSIT,
		SAMPLE_MESSAGE("deposit", "\"clientId\":\"home0002\",\"amount_uc\":1000000")},
	{OPERATION_WITHDRAW,
		SAMPLE_MESSAGE("withdraw", "\"clientId\":\"home0002\",\"amount_uc\":1000000")},
	{OPERATION_PARAMS_SET,
		SAMPLE_MESSAGE("params-set",
			"\"from_slot\":9,\"parameters\":{\"limit_inclusive\":false,\"reward_uc\":5,"
			"\"rule\":\"uniform\",\"tariff\":{\"import_mc_per_kwh\":7},"
			"\"credit_limits_uc\":{\"aggregator\":8}}")},
};

enum { SAMPLE_REQUESTS = sizeof sample_requests / sizeof *sample_requests };

#endif
