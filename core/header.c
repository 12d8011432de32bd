#include "core/header.h"
#include <stddef.h>
#include <string.h>

enum verdict header_compare(const struct header *claimed, const struct header *executed)
{
	const struct {
		const uint8_t *a, *b;
		enum verdict verdict;
	} roots[] = {
		{claimed->prev_hash, executed->prev_hash, VERDICT_BAD_PREV_HASH},
		{claimed->tx_root, executed->tx_root, VERDICT_BAD_TX_ROOT},
		{claimed->results_root, executed->results_root, VERDICT_BAD_RESULTS_ROOT},
		{claimed->ranking_root, executed->ranking_root, VERDICT_BAD_RANKING_ROOT},
		{claimed->state_root, executed->state_root, VERDICT_BAD_STATE_ROOT},
		{claimed->wallets_root, executed->wallets_root, VERDICT_BAD_STATE_ROOT},
		{claimed->log_root, executed->log_root, VERDICT_BAD_LOG_ROOT},
		{claimed->rules_hash, executed->rules_hash, VERDICT_BAD_RULES_HASH},
	};

	if (claimed->height != executed->height)
		return VERDICT_BAD_HEIGHT;
	if (claimed->time_ms != executed->time_ms)
		return VERDICT_BAD_TIME;
	if (claimed->flags != executed->flags)
		return VERDICT_BAD_FLAGS;
	if (claimed->tx_count != executed->tx_count)
		return VERDICT_BAD_TX_ROOT;
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
		if (memcmp(roots[i].a, roots[i].b, HASH_LEN) != 0)
			return roots[i].verdict;
	}
	return VERDICT_OK;
}
