#include "core/vpp/persistence.h"
#include <assert.h>

/* What is taken for seen at first: half of this much lasts, in Wh^2. */
enum { PRIOR = 8000000 };

void persistence_init(struct persistence *p, uint32_t lead_slots)
{
	assert(lead_slots > 0 && lead_slots <= PERSISTENCE_LEAD_MAX);
	*p = (struct persistence){.lead_slots = lead_slots};
	for (int i = 0; i < 2; i++) {
		p->lasting[i].xx[0] = PRIOR;
		p->lasting[i].xy[0] = PRIOR / 2;
	}
	for (uint32_t i = 0; i < lead_slots; i++)
		p->slot[i] = INT64_MIN;
}

void persistence_learn(struct persistence *p, int64_t slot, int64_t wh)
{
	int64_t lead = p->lead_slots;
	uint32_t at = (uint32_t)((slot % lead + lead) % lead);

	if (p->slot[at] == slot - lead)
		nowcast_learn(&p->lasting[p->wh[at] < 0], 0, p->wh[at], wh);
	p->slot[at] = slot;
	p->wh[at] = wh;
}

int64_t persistence_expect(const struct persistence *p, int64_t wh)
{
	int64_t share = nowcast_share(&p->lasting[wh < 0], 0);

	return wh / NOWCAST_Q * share + wh % NOWCAST_Q * share / NOWCAST_Q;
}
