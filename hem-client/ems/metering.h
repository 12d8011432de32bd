/* metering: what the home's device shows, read for the trader, sent to the market, and kept. */
#ifndef LEM_HEM_METERING_H
#define LEM_HEM_METERING_H
#include "hem-client/ems/ems.h"

/* The trader's `read` and `quarter`; the context is a struct ems. */
bool metering_slot(void *context, int64_t slot, struct trader_reading *ret);
bool metering_quarter(void *context, int64_t slot, int quarter, struct trader_quarter *ret_first);

#endif
