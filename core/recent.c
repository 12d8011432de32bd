#include "core/recent.h"
#include <assert.h>
#include <string.h>

static uint64_t key_of(const uint8_t id[HASH_LEN])
{
	uint64_t key = 0;

	for (int i = 0; i < 8; i++)
		key = key << 8 | id[i];
	return key;
}

void recent_init(struct recent *recent)
{
	index_init(&recent->by_key, recent->cells, RECENT_INDEX_BITS);
}

bool recent_has(const struct recent *recent, const uint8_t id[HASH_LEN])
{
	return index_get(&recent->by_key, key_of(id)) != INDEX_NONE;
}

void recent_add(struct recent *recent, const uint8_t id[HASH_LEN], int64_t market_ms)
{
	struct recent_entry entry = {.key = key_of(id), .market_ms = market_ms};
	bool added = recent_restore(recent, &entry);

	assert(added); /* D3 */
	(void)added;
}

bool recent_restore(struct recent *recent, const struct recent_entry *entry)
{
	if (recent->count == RECENT_MAX || index_get(&recent->by_key, entry->key) != INDEX_NONE)
		return false;
	index_add(&recent->by_key, entry->key, recent->count);
	recent->entries[recent->count++] = *entry;
	return true;
}

void recent_forget(struct recent *recent, int64_t market_ms)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < recent->count; i++)
		index_remove(&recent->by_key, recent->entries[i].key);
	for (uint32_t i = 0; i < recent->count; i++) {
		if (recent->entries[i].market_ms < market_ms)
			continue;
		index_add(&recent->by_key, recent->entries[i].key, kept);
		recent->entries[kept++] = recent->entries[i];
	}
	recent->count = kept;
}
