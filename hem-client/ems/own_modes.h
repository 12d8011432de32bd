/* own_modes: in which slots this home trades and is paid for its CPF, as the market said last.
 * Until its first statement the home goes by what it registered with. */
#ifndef LEM_HEM_OWN_MODES_H
#define LEM_HEM_OWN_MODES_H
#include "core/home_mode.h"
#include "hem-client/ems/hem_db.h"

/* What was kept; else `registered` in all slots. ERR_FORMAT: what was kept cannot be read. */
__attribute__((warn_unused_result)) enum err own_modes_load(
	struct hem_db *db, enum mode registered, struct home_modes *ret);

/* Keep them. */
__attribute__((warn_unused_result)) enum err own_modes_keep(
	struct hem_db *db, const struct home_modes *modes);

/* Whether both say the same. */
bool own_modes_equal(const struct home_modes *a, const struct home_modes *b);

#endif
