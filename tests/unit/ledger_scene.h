/* ledger_scene: a ledger in slot 1 with auctions of each sort, for the tests of its rules. */
#ifndef LEM_TESTS_LEDGER_SCENE_H
#define LEM_TESTS_LEDGER_SCENE_H
#include "core/units.h"
#include "tests/lib/small_ledger.h"

static struct small_ledger s;
static uint64_t buys, buys_vickrey, sells, opened_by_home, answer, begin_seq;
static uint64_t sealed, sealed_answer, sealed_long;
enum { ROLE = SMALL_ROLE, NOBODY = 77777 };

/* Addresses: those of slot n are 100 n ... 100 n + 4. Block 1 has two validators, address 0 and 1;
 * now it is slot 1, ten seconds in. */
static inline int scene_open(void **state)
{
	struct tx tx;

	(void)state;
	small_open(&s);
	for (int slot = 0; slot < 5; slot++)
		small_admit(&s, slot, (uint32_t)slot * 100, 5);
	small_cpf(&s, 0, 90);
	small_cpf(&s, 1, 80);
	small_end_slot(&s);
	small_standing(&s, 0, 90);
	small_standing(&s, 1, 80);
	small_close(&s);
	s.now_ms = SAMPLE_START_MS + SMALL_SLOT_MS + 10000;
	begin_seq = s.seq;
	buys = small_open_auction(&s, SIDE_BUY, 2, 1000, 9000);
	tx = small_bid(&s, ROLE, SIDE_BUY, 1000, 9000, 0);
	tx.u.bid.request.slot = 2;
	tx.u.bid.request.rule = RULE_VICKREY;
	tx.u.bid.request.limit_inclusive = 0;
	small_do(&s, &tx);
	buys_vickrey = tx.seq;
	sells = small_open_auction(&s, SIDE_SELL, 2, 1000, 3000);
	opened_by_home = small_answer(&s, 300, SIDE_BUY, 100, 5000, 0);
	answer = small_answer(&s, 200, SIDE_SELL, 500, 8000, buys);
	for (int64_t slot = 2; slot <= 3; slot++) {
		tx = small_bid(&s, ROLE, SIDE_BUY, 1000, 9000, 0);
		tx.u.bid.request.slot = slot;
		tx.u.bid.request.book = BOOK_SEALED;
		small_do(&s, &tx);
		*(slot == 2 ? &sealed : &sealed_long) = tx.seq;
	}
	sealed_answer = small_answer(&s, 202, SIDE_SELL, 500, 8000, sealed);
	small_cpf(&s, 101, 50);
	s.seq++; /* a sequence that is still to come */
	small_cpf(&s, 102, 50);
	return 0;
}

static inline int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static inline void expect_as_dated(const struct tx *tx, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = ledger_check(s.l, tx, &told);

	if (v != verdict || (v != VERDICT_OK && strcmp(told, field) != 0))
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

/* A transaction that was sent when it was taken in. */
static inline void expect(const struct tx *tx, enum verdict verdict, const char *field)
{
	struct tx dated = *tx;

	dated.date_ms = tx->market_ms;
	expect_as_dated(&dated, verdict, field);
}

#endif
