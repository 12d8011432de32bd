#include "hem-client/ems/metering.h"
#include <math.h>
#include "core/cpf.h"
#include "hem-client/ems/desk.h"
#include "hem-client/ems/readings.h"
#include "hem-client/ems/spool.h"

enum { PARAMETERS_MAX = 2048, NO_SLOT = -1 };

/* Send the reading with the device's state at that moment, so that neither is ahead of the other.
 */
static enum err send_reading(struct ems *e, const struct reading *r)
{
	char text[PARAMETERS_MAX], state[HOME_DEVICE_STATE_MAX], req_id[REQ_ID_MAX + 1];
	int64_t until_ms = params_slot_start_ms(&e->genesis.params, r->slot + 2);
	struct message m = {.text = NULL};
	struct out out;
	enum err err;

	out_init(&out, text, sizeof text);
	err = message_write_reading(&out, e->genesis.market, e->meter_serial, r, e->identity.meter);
	if (err == ERR_OK)
		err = desk_message(e, OPERATION_STATE, &out, NO_SLOT, &m);
	if (err == ERR_OK)
		err = hem_db_begin(&e->db);
	if (err == ERR_OK) {
		home_device_save(&e->device, state);
		err = readings_add(&e->db, r, m.req_id);
		if (err == ERR_OK)
			err = hem_db_put_note(&e->db, "device", state);
		if (err == ERR_OK)
			err = desk_spool(e, &m, until_ms, req_id);
		err = hem_db_end(&e->db, err);
	}
	message_release(&m);
	return err;
}

static int64_t above(int64_t wh, int64_t awarded_wh)
{
	return wh > awarded_wh ? wh - awarded_wh : 0;
}

/* Each slot once, whatever an earlier life of this process has seen. */
static enum err remember(struct ems *e, int64_t slot, const struct registers *delta)
{
	const struct slot_energy energy = {
		.load_wh = meter_consumption_wh(delta) - delta->wh[REGISTER_CHARGE],
		.pv_wh = delta->wh[REGISTER_PV]};

	if (slot <= e->past_slot || energy.load_wh < 0)
		return ERR_OK;
	e->past_slot = slot;
	return past_hours_add(&e->db, &e->past, slot, &energy);
}

/* What the readings tell of a slot. */
static enum err judge_slot(struct ems *e, int64_t slot, struct trader_reading *ret)
{
	const struct plan_slot *s = plan_slot(&e->plan, slot);
	const int64_t *wh;
	struct slot_metered m;

	enum err err = readings_slot(&e->db, slot, &m);

	if (err != ERR_OK || !m.known)
		return err;
	wh = m.delta.wh;
	ret->cpf_hundredths =
		cpf_hundredths(meter_production_wh(&m.delta), meter_consumption_wh(&m.delta));
	ret->export_wh = wh[REGISTER_EXPORT];
	ret->idle.charge_wh = above(wh[REGISTER_CHARGE], s->awarded_charge_wh);
	ret->idle.discharge_wh = above(wh[REGISTER_DISCHARGE], s->awarded_discharge_wh);
	return remember(e, slot, &m.delta);
}

bool metering_slot(void *context, int64_t slot, struct trader_reading *ret)
{
	struct ems *e = context;
	const struct device *d = &e->device.device;
	struct device_reading r = {.has_registers = false};
	int64_t now_ms = ems_now_ms(e);
	char why[DEVICE_WHY_MAX];
	bool known = false;
	enum err err = d->ops->read(d->self, now_ms, &r, why);

	ret->soc = r.has_soc ? r.soc : (double)NAN;
	if (err != ERR_OK)
		ems_trouble(e, "reading the device", err, why);
	if (err != ERR_OK || !r.has_registers || r.registers_slot < slot)
		return false;
	if (r.registers_slot == slot) {
		e->news.has_reading = true;
		e->news.reading = (struct reading){.slot = slot,
			.taken_ms = now_ms - r.registers_age_ms,
			.registers = r.registers};
		err = readings_has(&e->db, slot, &known);
		if (err == ERR_OK && !known)
			err = send_reading(e, &e->news.reading);
		if (known)
			e->past_slot = slot; /* an earlier life has it in its hour */
	}
	if (err == ERR_OK)
		err = judge_slot(e, slot, ret);
	e->news.dirty = true;
	ems_replan(e); /* from this slot on */
	return desk_done(e, "sending a reading", err);
}

/* Read the device at the end of a quarter, unless an earlier life of this process did. */
static enum err take_quarter(struct ems *e, int64_t slot, int quarter)
{
	const struct device *d = &e->device.device;
	struct reading r = {.slot = slot,
		.quarter = quarter,
		.taken_ms = quarter_end_ms(&e->genesis.params, slot, quarter)};
	char why[DEVICE_WHY_MAX];
	enum err err = d->ops->quarter(d->self, slot, quarter, ems_now_ms(e), &r.registers, why);

	if (err == ERR_OK)
		return send_reading(e, &r);
	ems_trouble(e, "reading the device", err, why);
	return err;
}

/* By how much a register moved in the first quarter. */
static int64_t moved_wh(const struct quarters *q, enum register_name name)
{
	return q->at[0].registers.wh[name] - q->begin.registers.wh[name];
}

bool metering_quarter(void *context, int64_t slot, int quarter, struct trader_quarter *ret_first)
{
	struct ems *e = context;
	struct quarters q;
	enum err err = readings_quarters(&e->db, slot, true, &q);

	if (err == ERR_OK && q.count < (uint32_t)quarter) {
		err = take_quarter(e, slot, quarter);
		if (err == ERR_NET || err == ERR_LIMIT)
			return false;
		if (err == ERR_OK)
			err = readings_quarters(&e->db, slot, true, &q);
	}
	if (err == ERR_OK && q.count > 0)
		*ret_first = (struct trader_quarter){.net_wh = quarters_first_net_wh(&q),
			.charge_wh = moved_wh(&q, REGISTER_CHARGE),
			.discharge_wh = moved_wh(&q, REGISTER_DISCHARGE)};
	return desk_done(e, "reading within the slot", err) && q.count >= (uint32_t)quarter;
}
