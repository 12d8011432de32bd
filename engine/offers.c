#include "engine/offers.h"
#include <stdio.h>
#include <stdlib.h>

enum { TOPIC_MAX = 64, TX_BESIDES_BODY = 256, END_MAX = 96 };

static const char begin[] = "{\"items\":[";

enum err offers_init(struct offers *o)
{
	*o = (struct offers){.text = malloc(OFFERS_TEXT_MAX)};
	return o->text ? ERR_OK : ERR_NOMEM;
}

void offers_release(struct offers *o)
{
	free(o->text);
	*o = (struct offers){.text = NULL};
}

static struct out tail(struct offers *o)
{
	struct out out;

	out_init(&out, o->text + o->len, OFFERS_TEXT_MAX - o->len);
	return out;
}

static void publish(struct offers *o, const struct offers_to *to)
{
	char topic[TOPIC_MAX];
	struct out out = tail(o);

	out_printf(&out, "%s],\"left_out\":%llu,\"market_ms\":%lld}", o->len == 0 ? begin : "",
		(unsigned long long)o->left_out, (long long)to->market_ms);
	(void)snprintf(topic, sizeof topic, "lem/%s/offers", to->name);
	(void)outbox_add(to->outbox, topic, o->text, o->len + out.len, false);
	o->told = o->told || o->left_out > 0;
	o->left_out = 0;
	o->len = 0;
}

bool offers_wait(const struct offers *o, uint64_t height)
{
	return o->len > 0 || (o->left_out > 0 && (!o->told || o->height != height));
}

void offers_flush(struct offers *o, uint64_t height, const struct offers_to *to)
{
	if (offers_wait(o, height))
		publish(o, to);
	if (o->height == height)
		return;
	o->height = height;
	o->bytes = 0;
	o->full = false;
	o->told = false;
	o->share_count = 0;
}

static struct offers_share *share_of(struct offers *o, uint64_t account)
{
	for (size_t i = 0; i < o->share_count; i++)
		if (o->shares[i].account == account)
			return &o->shares[i];
	if (o->share_count == OFFERS_SENDERS_MAX)
		return NULL;
	o->shares[o->share_count] = (struct offers_share){.account = account};
	return &o->shares[o->share_count++];
}

/* Whether an item of so many bytes at most still fits. What does not ends the telling, of that
 * sender or of the block: what is told is a beginning, never a selection. */
static bool has_room(struct offers *o, struct offers_share *share, size_t most)
{
	if (share && share->bytes + most > OFFERS_SHARE_MAX) {
		share->bytes = OFFERS_SHARE_MAX;
		return false;
	}
	o->full = o->full || !share || o->bytes + most > OFFERS_BLOCK_MAX;
	return !o->full;
}

void offers_add(struct offers *o, const struct stored_tx *tx, uint64_t account, uint64_t height,
	const struct offers_to *to)
{
	size_t most = tx->body_len + TX_BESIDES_BODY;
	struct offers_share *share;
	struct out out;

	if (height != o->height)
		offers_flush(o, height, to);
	share = o->full ? NULL : share_of(o, account);
	if (!has_room(o, share, most)) {
		o->left_out++;
		return;
	}
	if (o->len + most + END_MAX > OFFERS_TEXT_MAX)
		publish(o, to);
	out = tail(o);
	out_printf(&out, "%s", o->len == 0 ? begin : ",");
	ledger_tx_write(&out, tx);
	o->len += out.len;
	o->bytes += out.len;
	share->bytes += out.len;
}
