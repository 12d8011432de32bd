#include "plugin/doorkeeper.h"
#include <stddef.h>
#include "core/index.h"

static size_t place(const char *address)
{
	return index_key_of_text(address ? address : "") % DOORKEEPER_PLACES;
}

bool doorkeeper_admits(
	struct doorkeeper *d, const char *address, const struct options *o, int64_t now_ms)
{
	return bucket_take(&d->logins[place(address)], o->login_rate, o->login_burst, now_ms) &&
	       bucket_take(&d->all_logins, o->login_rate_all, o->login_rate_all * 2, now_ms);
}

bool doorkeeper_tells(struct doorkeeper *d, const char *address, int64_t now_ms)
{
	return bucket_take(&d->told[place(address)], DOORKEEPER_TOLD_RATE, DOORKEEPER_TOLD_BURST,
		       now_ms) &&
	       bucket_take(
		       &d->all_told, DOORKEEPER_TOLD_ALL_RATE, DOORKEEPER_TOLD_ALL_BURST, now_ms);
}
