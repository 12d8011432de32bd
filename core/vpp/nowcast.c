#include "core/vpp/nowcast.h"

/* Of each sum one part in FADE is lost with each sample: about two weeks of quarter hours. */
enum { FADE = 1024 };

/* Largest |value| whose square, FADE times over, stays within 63 bits. */
#define VALUE_MAX (INT64_C(1) << 26)

static int64_t bounded(int64_t wh)
{
	return wh > VALUE_MAX ? VALUE_MAX : wh < -VALUE_MAX ? -VALUE_MAX : wh;
}

void nowcast_learn(struct nowcast *n, uint32_t hours, int64_t error_wh, int64_t later_wh)
{
	int64_t x = bounded(error_wh), y = bounded(later_wh);

	if (hours >= NOWCAST_HOURS)
		return;
	n->xx[hours] += x * x - n->xx[hours] / FADE;
	n->xy[hours] += x * y - n->xy[hours] / FADE;
}

int64_t nowcast_share(const struct nowcast *n, uint32_t hours)
{
	int64_t xx, xy;

	if (hours >= NOWCAST_HOURS || n->xy[hours] <= 0)
		return 0;
	xx = n->xx[hours];
	xy = n->xy[hours];
	if (xy >= xx)
		return NOWCAST_Q;
	/* Both brought down until the product fits. */
	while (xx > INT64_MAX / NOWCAST_Q) {
		xx /= 2;
		xy /= 2;
	}
	return xy * NOWCAST_Q / xx;
}
