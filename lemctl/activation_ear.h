/* activation_ear: what becomes of an activation, out of what the market tells everyone of its
 * auctions: which one answers it, and what that is cleared at. */
#ifndef LEM_LEMCTL_ACTIVATION_EAR_H
#define LEM_LEMCTL_ACTIVATION_EAR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACTIVATION_EAR_MAX = 64, ACTIVATION_EAR_STATUS_MAX = 16 };

/* An auction that answers an activation. */
struct activation_answer {
	uint64_t activation, auction;
	int64_t offered_wh;
	bool ended;
	int64_t cleared_wh;                     /* of one that has ended */
	char status[ACTIVATION_EAR_STATUS_MAX]; /* likewise: "cleared", "void", "cancelled" */
};

/* The last ones heard of. Begin with zeros. */
struct activation_ear {
	struct activation_answer answers[ACTIVATION_EAR_MAX];
	unsigned count; /* ever */
};

/* Take in a message of auctions/<id>; what is none, or answers nothing, is passed over. */
void activation_ear_hear(struct activation_ear *ear, const char *text, size_t len);

/* The newest answer to that activation that was heard of, or NULL. */
const struct activation_answer *activation_ear_answer(
	const struct activation_ear *ear, uint64_t activation);

#endif
