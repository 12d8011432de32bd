#include "hem-client/replica/catch_up.h"

enum { GRACE_SHARE = 8, DOUBLINGS_MAX = 10 };

void catch_up_init(struct catch_up *c, uint64_t height, int64_t slot_real_ms)
{
	int64_t grace_ms = slot_real_ms / GRACE_SHARE;

	*c = (struct catch_up){.height = height, .head = height, .asked_to = height};
	c->grace_ms = grace_ms < CATCH_UP_GRACE_MIN_MS   ? CATCH_UP_GRACE_MIN_MS
		      : grace_ms > CATCH_UP_GRACE_MAX_MS ? CATCH_UP_GRACE_MAX_MS
							 : grace_ms;
}

bool catch_up_is_level(const struct catch_up *c)
{
	return c->height >= c->head;
}

/* Between one and two graces from now, so that homes do not all ask at once. */
static void put_off(struct catch_up *c, int64_t now_ms, uint32_t random, unsigned doublings)
{
	int64_t delay_ms = c->grace_ms << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);

	if (delay_ms > CATCH_UP_RETRY_MAX_MS)
		delay_ms = CATCH_UP_RETRY_MAX_MS;
	c->ask_ms = now_ms + delay_ms + random % (delay_ms + 1);
}

void catch_up_seen(struct catch_up *c, uint64_t head, int64_t now_ms, uint32_t random)
{
	if (head <= c->head)
		return;
	if (catch_up_is_level(c))
		put_off(c, now_ms, random, 0);
	c->head = head;
}

void catch_up_verified(struct catch_up *c, uint64_t height, int64_t now_ms, uint32_t random)
{
	c->height = height;
	c->tries = 0;
	if (c->head < height)
		c->head = height;
	if (height >= c->asked_to && !catch_up_is_level(c))
		c->ask_ms = now_ms + random % (c->grace_ms + 1) / 4;
	else
		put_off(c, now_ms, random, 1);
}

void catch_up_again(struct catch_up *c, int64_t now_ms, uint32_t random)
{
	c->asked_to = c->height;
	c->tries = 0;
	put_off(c, now_ms, random, 0);
}

bool catch_up_ask(
	struct catch_up *c, int64_t now_ms, uint32_t random, uint64_t *ret_from, uint64_t *ret_to)
{
	if (catch_up_is_level(c) || now_ms < c->ask_ms)
		return false;
	*ret_from = c->height + 1;
	*ret_to = c->head - c->height > CATCH_UP_BLOCKS_MAX ? c->height + CATCH_UP_BLOCKS_MAX
							    : c->head;
	c->asked_to = *ret_to;
	put_off(c, now_ms, random, ++c->tries);
	return true;
}
