/* schema: the SQL of schema/, embedded by the build (tools/embed_sql.sh). */
#ifndef LEM_STORE_SCHEMA_H
#define LEM_STORE_SCHEMA_H
#include "store/db.h"

/* Migrations in order, and the views that follow them. */
extern const struct db_migration ledger_migrations[], csm_migrations[], hem_migrations[];
extern const size_t ledger_migration_count, csm_migration_count, hem_migration_count;
extern const char ledger_views[], csm_views[], hem_views[];

#endif
