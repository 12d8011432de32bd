#include "core/vpp/projection.h"

/* What is taken for seen at first: so much, in Wh^2, of which all lasted. */
enum { PRIOR = 8000000 };

void projection_init(struct projection *p)
{
	*p = (struct projection){.slot = INT64_MIN};
	for (int i = 0; i < 2; i++)
		p->lasting[i].xx[0] = p->lasting[i].xy[0] = PRIOR;
}

int64_t projection_expect(struct projection *p, int64_t slot, int64_t wh)
{
	int64_t share = nowcast_share(&p->lasting[wh < 0], 0);

	p->slot = slot;
	p->wh = wh;
	return wh / NOWCAST_Q * share + wh % NOWCAST_Q * share / NOWCAST_Q;
}

void projection_learn(struct projection *p, int64_t slot, int64_t wh)
{
	if (p->slot == slot)
		nowcast_learn(&p->lasting[p->wh < 0], 0, p->wh, wh);
}
