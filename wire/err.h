/* err: what the shells call it when the world failed. A refusal by a rule of the market is a
 * verdict and has its own enum; here stand memory, disk, network, input files and the like. */
#ifndef LEM_WIRE_ERR_H
#define LEM_WIRE_ERR_H

/* name, then the sentence a person reads. The order gives the code; 0 is success. */
#define ERR_TABLE(X)                                                                               \
	X(OK, "success")                                                                           \
	X(NOMEM, "out of memory")                                                                  \
	X(IO, "reading or writing failed")                                                         \
	X(DB, "the database failed")                                                               \
	X(DB_FULL, "the database or its disk is full")                                             \
	X(DB_FOREIGN, "the database is of another kind, version or market")                        \
	X(CRYPTO, "a cryptographic operation failed")                                              \
	X(NET, "the network failed")                                                               \
	X(CONFIG, "the configuration is wrong")                                                    \
	X(USAGE, "the command line is wrong")                                                      \
	X(NOT_FOUND, "not found")                                                                  \
	X(EXISTS, "exists already")                                                                \
	X(PERMISSION, "the permissions are wrong")                                                 \
	X(FORMAT, "the form is wrong")                                                             \
	X(LIMIT, "a limit is reached")                                                             \
	X(LOCKED, "in use by another process")                                                     \
	X(INTERRUPTED, "broken off")                                                               \
	X(INTERNAL, "an internal contradiction")

#define ERR_MEMBER(name, text) ERR_##name,
/* ERR_OK, ERR_NOMEM, ...: the constants of the table. */
enum err { ERR_TABLE(ERR_MEMBER) ERR_COUNT };
#undef ERR_MEMBER

/* The name without its prefix, as logs show it: "DB_FULL". "UNKNOWN" outside the table. Static. */
const char *err_name(enum err err);

/* The sentence of the table: lower case, no full stop. "unknown error" outside it. Static. */
const char *err_text(enum err err);

#endif
