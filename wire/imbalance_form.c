#include "wire/imbalance_form.h"
#include "core/schedule.h"

void imbalance_form_read(struct form *f, struct form_object *o, struct net_metered *ret)
{
	form_int(f, o, "slot", 0, INT32_MAX, &ret->slot);
	form_int(f, o, "net_wh", -SCHEDULE_NET_WH_MAX, SCHEDULE_NET_WH_MAX, &ret->net_wh);
	form_int(f, o, "homes", IMBALANCE_HOMES_MIN, IMBALANCE_HOMES_MAX, &ret->homes);
	form_int(f, o, "missing", 0, IMBALANCE_HOMES_MAX, &ret->missing);
}

void imbalance_form_write(struct out *out, const struct net_metered *m)
{
	out_printf(out, "\"homes\":%lld,\"missing\":%lld,\"net_wh\":%lld,\"slot\":%lld",
		(long long)m->homes, (long long)m->missing, (long long)m->net_wh,
		(long long)m->slot);
}
